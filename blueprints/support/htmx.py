"""Answering htmx 4: fragments by name, notices, and pages for browsers without it."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest
from markupsafe import Markup

OUT_OF_BAND = Markup('hx-swap-oob="true"')


class DeskRequest(HtmxAwareRequest):
    """htmx-flask's request, and what htmx 4 adds to it."""

    @property
    def is_partial(self) -> bool:
        """A fragment is wanted; back and forward ask for the whole page again."""
        return self.headers.get("HX-Request-Type") == "partial"


def speak_htmx(app: Any) -> None:
    Htmx(app)
    app.request_class = DeskRequest


def asked_by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def fragments(first: str | None, *others: str, page: str, status: int = 200, **context: Any) -> Response:
    """Answer with fragments: the first goes where hx-target says, the others find their own id.

    Without a first fragment the target is removed. The notice always comes along, so that an old refusal does not
    linger. A browser without htmx is sent back to `page` instead.
    """
    if not asked_by_htmx():
        return make_response(redirect(page, 303))
    html = [render_template(first, **context)] if first else []
    html += [render_template(other, oob=OUT_OF_BAND, **context) for other in others]
    if "message" not in context:
        html.append(render_template("layout/_notice.html", oob=OUT_OF_BAND, message=""))
    response = make_response("\n".join(html), status)
    if not first:
        response.headers["HX-Reswap"] = "delete"
    return response


def page_or_fragment(page: str, fragment: str, **context: Any) -> str:
    """The same URL for both: htmx gets the fragment, a browser the page around it."""
    return render_template(fragment if request.is_partial else page, **context)


def go(url: str) -> Response:
    """After a write that ends somewhere else: htmx loads the page, a browser follows the 303."""
    if not asked_by_htmx():
        return make_response(redirect(url, 303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    return response
