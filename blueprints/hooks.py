"""What others tell the desk: no session, no form, nothing believed."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from rules import provider_notices
from rules.refusal import NotFound

bp = Blueprint("hooks", __name__)
LARGEST = 64 * 1024  # bytes; a notice is a few hundred to some thousand
# What a provider takes for 'heard' is 2xx; of anything else it tells again. Of payments it should not know it learns nothing.
STATUS = {"done": 200, "same": 200, "unknown": 200, "forged": 400, "malformed": 400, "failed": 503, "too many": 429}


@bp.post("/hooks/payments/<key>")
def hear_payment(key: str) -> Response:
    """A notice of a payment provider, to the method of this key."""
    request.max_content_length = LARGEST
    try:
        outcome = provider_notices.hear(key, request.get_data(), dict(request.headers))
    except NotFound:
        return make_response("", 404)
    return make_response("", STATUS[outcome])
