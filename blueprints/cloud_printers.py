"""Printers that ask the desk for their jobs: Star CloudPRNT and Epson Server Direct Print. The secret in the address is what allows them."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request

from blueprints.support.paging import LARGEST_ID, whole
from models import Printer, now
from rules import cloud_printers, printers, throttle
from rules.refusal import NotFound

bp = Blueprint("cloud_printers", __name__)
LARGEST = 64 * 1024  # bytes of what a printer says
STAR = f"/printers/star/<int(max={LARGEST_ID}):key>/<token>"
EPSON = f"/printers/epson/<int(max={LARGEST_ID}):key>/<token>"
PNG = "image/png"  # the one type that every CloudPRNT model takes, letters and codes as the desk draws them


def asking(kind: str, key: int, token: str) -> Printer:
    """The printer with this address. Wrong ones are counted; who tries too many waits."""
    request.max_content_length = LARGEST
    try:
        return printers.at_address(kind, key, token)
    except NotFound:
        throttle.wrong_link(request.remote_addr or "")
        raise


@bp.post(STAR)
def poll_star(key: int, token: str) -> Response:
    """Is there something to print? It says how it stands, and is told the name of the next job."""
    printer = asking("cloudprnt", key, token)
    said = request.get_json(force=True, silent=True)
    said = said if isinstance(said, dict) else {}
    can_print = cloud_printers.hear(printer, str(said.get("statusCode", "")).replace("%20", " "), now())
    job = cloud_printers.offered(printer, now()) if can_print and not said.get("printingInProgress") else None
    if job is None:
        return jsonify(jobReady=False)
    return jsonify(jobReady=True, mediaTypes=[PNG], jobToken=str(job.id))


@bp.get(STAR)
def fetch_star(key: int, token: str) -> Response:
    printer = asking("cloudprnt", key, token)
    if request.args.get("type", PNG) != PNG:
        return make_response("", 415)
    given = cloud_printers.give_picture(printer, whole(request.args.get("token", "")) or 0)
    answer = Response(given.content, mimetype=PNG, headers={"X-Star-Cut": "partial; feed=true" if printer.settings["cuts"] else "none"})
    if given.opens_drawer:
        answer.headers["X-Star-CashDrawer"] = "start"
    return answer


@bp.delete(STAR)
def settle_star(key: int, token: str) -> Response:
    printer = asking("cloudprnt", key, token)
    cloud_printers.settle_star(printer, whole(request.args.get("token", "")) or 0, request.args.get("code", ""))
    return make_response("", 200)


@bp.post(EPSON)
def ask_epson(key: int, token: str) -> Response:
    """GetRequest: is there something to print? SetResponse: what became of it."""
    printer = asking("epson_sdp", key, token)
    if request.form.get("ConnectionType") == "SetResponse":
        try:
            cloud_printers.settle_epson(printer, request.form.get("ResponseFile", ""))
        except ValueError:
            return make_response("", 400)
        return make_response("", 200)
    printers.is_there(printer.id, now())
    return Response(cloud_printers.next_request(printer), mimetype="text/xml")
