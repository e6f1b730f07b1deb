"""The browser somebody works on: who is signed in there, and what it keeps to be known again."""

from __future__ import annotations

import re

from flask import Response, after_this_request, current_app, g, request, session
from flask_login import COOKIE_NAME, current_user, login_user, logout_user

from blueprints.support import access
from models import Device, Operator
from rules import signin

COOKIE = "device"
REMEMBERED = COOKIE_NAME  # Flask-Login's
A_YEAR = 365 * 24 * 3600
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPad": "iPad", "iPhone": "iPhone", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac", "CrOS": "Chromebook", "Linux": "Linux",
}


def known() -> Device | None:
    """The device, when somebody is signed in on it or it was to be remembered."""
    if "known_device" not in g:
        g.known_device = g.device if current_user.is_authenticated else signin.device_with(request.cookies.get(COOKIE))
    return g.known_device


def is_remembered() -> bool:
    """A known device that nobody is signed in on was to be remembered, else it had forgotten; one in use says so in its cookie."""
    return not current_user.is_authenticated or REMEMBERED in request.cookies


def sign_in(operator: Operator, *, how: str, remember: bool) -> None:
    """This operator is now the one at this device. What the session held before is gone, so that none can be foisted on anybody."""
    device, key = known(), request.cookies.get(COOKIE, "")
    if device is None or signin.device_with(key) != device:
        device, key = signin.new_device(name_of_browser())
    session.clear()
    g.device = g.known_device = device
    g.pop("actor", None)
    login_user(access.SignedIn(operator, signin.start(device, operator, how=how)), remember=remember)
    _keep(key, A_YEAR if remember else None)


def sign_out() -> None:
    """End the session here, at once. A device that is not to be remembered forgets that it was ever here."""
    signin.end(known(), current_user.operator)
    if not is_remembered():
        _keep("", 0)
    session.clear()
    logout_user()


def _keep(key: str, seconds: int | None) -> None:
    """For so many seconds; none: until the browser is closed."""
    @after_this_request
    def set_cookie(response: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, key, max_age=seconds, secure=secure, httponly=True, samesite="Lax")
        if seconds is None:
            response.delete_cookie(REMEMBERED)
        return response


def name_of_browser() -> str:
    """'Chrome, Windows': what people recognise a device by until they give it a name."""
    agent = request.user_agent.string
    found = [next((name for mark, name in names.items() if re.search(rf"\b{mark}", agent)), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in found if part) or "Browser"
