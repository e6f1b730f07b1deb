"""Puts the desk together."""

from __future__ import annotations

import config  # first: it says how often memory is tidied

import gzip
import hashlib
import logging
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, g, redirect, render_template, request
from flask_babel import Babel
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from peewee import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import blueprints
import commands
from blueprints.support import access, by_link, formats, pages
from blueprints.support.forms import new_key
from blueprints.support.htmx import asked_by_htmx, speak_htmx
from models import connect_database, database, now
from rules.refusal import Conflict, NotFound, Refused

HERE = Path(__file__).parent
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "frame-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
MEGABYTE = 1 << 20


def create_app(**settings: Any) -> Flask:
    connect_database(config.DATABASE_URL)
    app = Flask(__name__, static_url_path=f"/static/{static_version()}")
    app.config.update(
        SECRET_KEY=config.secret_key(), MAX_CONTENT_LENGTH=64 * MEGABYTE, MAX_FORM_MEMORY_SIZE=2 * MEGABYTE, WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_NAME="toonbank", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.BASE_URL.startswith("https"), REMEMBER_COOKIE_HTTPONLY=True, REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config.BASE_URL.startswith("https"), BABEL_TRANSLATION_DIRECTORIES=str(HERE / "translations"),
    )
    app.config.update(settings)
    app.jinja_environment = pages.Templates
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(may=access.may, new_key=new_key, now=now, endpoints=app.view_functions)
    speak_htmx(app)
    Babel(app, locale_selector=formats.locale, default_timezone=config.TIMEZONE)
    formats.use_formats(app)
    pages.use_words(app)
    app.before_request(open_database)
    app.teardown_request(close_database)
    access.guard(app)  # before CSRF: whose session has ended is asked to sign in, not told that the page is old
    forms = CSRFProtect(app)
    app.context_processor(whose_desk)
    for blueprint in blueprints.ALL:
        app.register_blueprint(blueprint)
    for blueprint in blueprints.WITHOUT_SESSION:
        forms.exempt(blueprint)
    for command in commands.ALL:
        app.cli.add_command(command)
    app.after_request(finish)
    answer_errors(app)
    serve_static(app)
    if config.TRUSTED_PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.TRUSTED_PROXIES, x_proto=config.TRUSTED_PROXIES, x_host=config.TRUSTED_PROXIES)
    return app


def static_version() -> str:
    """Changes with any file, and stands in every static URL, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted((HERE / "static").rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def serve_static(app: Flask) -> None:
    compressed = config.INSTANCE / "static" / app.static_url_path.rpartition("/")[2]
    root = compressed if compressed.exists() else HERE / "static"
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(root), prefix=app.static_url_path, max_age=315_360_000)


def open_database() -> None:
    g.opened = database.connect(reuse_if_open=True)


def close_database(error: BaseException | None) -> None:
    """What this request opened goes back to the pool; a connection that was there already stays as it was."""
    if g.pop("opened", False) and not database.is_closed():
        database.close()


def whose_desk() -> dict[str, Any]:
    settings = g.get("settings")
    me = current_user.operator if settings and current_user.is_authenticated else None
    return {"shop": settings.shop if settings else None, "settings": settings, "me": me}


def finish(response: Response) -> Response:
    """Security headers on every answer; pages are compressed and kept nowhere."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Vary"] = "HX-Request, HX-Request-Type, Accept-Encoding, Cookie"
        if "gzip" in request.accept_encodings and not response.is_streamed and (response.content_length or 0) > 1000:
            response.set_data(gzip.compress(response.get_data(), 4, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def answer_errors(app: Flask) -> None:
    app.register_error_handler(Refused, explain_refusal)
    app.register_error_handler(CSRFError, explain_expired_form)
    app.register_error_handler(HTTPException, explain_error)
    app.register_error_handler(OperationalError, explain_database_gone)
    app.register_error_handler(InterfaceError, explain_database_gone)
    app.register_error_handler(Exception, explain_failure)


def explain_refusal(refused: Refused) -> Any:
    """422 into the notice; without htmx back to where one came from, with the sentence above the page."""
    status = 409 if isinstance(refused, Conflict) else 404 if isinstance(refused, NotFound) else 422
    return explain(formats.sentence(refused), status)


def explain(message: str, status: int) -> Any:
    if asked_by_htmx():
        headers = {"HX-Retarget": "#layout-notice", "HX-Reswap": "outerHTML"}
        return render_template("layout/_notice.html", message=message), status, headers
    if request.method == "POST" and request.referrer and request.referrer.startswith(request.host_url):
        flash(message)
        return redirect(request.referrer, 303)
    return render_template("errors/error.html", status=status, message=message), status


def explain_expired_form(error: CSRFError) -> Any:
    return explain(formats.sentence(Refused("This page was open too long. Nothing is lost: load it again and repeat the last step.")), 400)


MESSAGES = {
    403: "You may not do this. Ask the owner of the shop for the right.",
    404: "This page does not exist, or no longer.",
    405: "This cannot be done from here.",
    413: "This is too large. The limit is 64 MB.",
}


def explain_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error.get_response()
    return explain_page(MESSAGES.get(error.code, "This did not work. Go back and try again."), error.code)


def explain_page(message: str, status: int) -> Any:
    if by_link.is_a_customers():
        return by_link.excuse(status)
    message = formats.sentence(Refused(message))
    if asked_by_htmx():
        return explain(message, status)
    return render_template("errors/error.html", status=status, message=message), status


def explain_database_gone(error: Exception) -> Any:
    logging.getLogger("toonbank").error("database: %s", error)
    return explain_page("The database does not answer. What you typed is still here; try again in a moment.", 503)


def explain_failure(error: Exception) -> Any:
    if isinstance(error, HTTPException):
        return explain_error(error)
    where = request.url_rule if by_link.is_a_customers() else request.path  # their address opens their order
    logging.getLogger("toonbank").exception("%s %s", request.method, where)
    return explain_page("Something broke. It has been noted, and what you typed is still here.", 500)
