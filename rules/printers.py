"""The shop's printers: how each is reached and what it can do, the address of those that fetch their jobs, and which one a device has."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import config
from models import Device, Printer, PrintJob, now
from plugins.printers.contract import PAPERS, Line, Model
from plugins.printers.escpos import CODE_PAGES
from plugins.printers.network import PORT, Network
from rules import events, fields, sealed, settings, shop
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings

RIGHT, WHAT = "settings.desk", "printer"
KINDS = {"network": N_("On the shop's network"), "cloudprnt": N_("Star CloudPRNT"), "epson_sdp": N_("Epson Server Direct Print"),
         "browser": N_("This computer's own printer")}
FETCHING = {"cloudprnt": "star", "epson_sdp": "epson"}  # they ask the desk for their jobs, at an address of their own
SHEET = 0       # as paper: A4
MOST_MINUTES = 30  # well before the queue gives up (rules/print_rounds.py)
LONGEST_GROUP = 40
SEEN_EVERY = timedelta(seconds=10)  # how exactly it is remembered when a printer was last there
GRACE = timedelta(seconds=20)       # who is asked every minute may have been seen a little longer ago
TOKEN = 24      # characters of 6 bits
FIRST_SETTINGS = {"paper": 80, "host": "", "port": PORT, "answers": True, "code_page": "cp858", "draws_codes": False, "as_picture": False,
                  "cuts": True, "drawer": False, "minutes": 2}
PENDING = ("waiting", "claimed", "handing")


def add(kind: str, values: Mapping[str, Any], *, by: Actor) -> Printer:
    with settings.changing(by, RIGHT) as known:
        if kind not in KINDS:
            raise NotFound("There is no such kind of printer.")
        row = Printer.create(kind=kind, **_clean(kind, values, known, None))
        settings.record("added", WHAT, row, by=by)
    return row


def change(key: int, values: Mapping[str, Any], *, by: Actor, seen: str = "") -> None:
    with settings.changing(by, RIGHT) as known:
        row = find(key, known)
        if seen and seen != mark(row):
            raise settings.conflict(events.latest("settings.changed", what=WHAT, row=row.id))
        settings.write(WHAT, row, _clean(row.kind, values, known, row), by=by)


def archive(key: int, *, by: Actor) -> None:
    """Put it away. Devices that had it print in their browser again. Refuses while something waits for it."""
    with settings.changing(by, RIGHT) as known:
        row = find(key, known)
        if PrintJob.select().where(PrintJob.printer == row, PrintJob.state.in_(PENDING)).exists():
            raise Refused("Something still waits for {name}. Print it elsewhere or cancel it first.", name=row.name)
        Device.update(printer=None).where(Device.printer == row).execute()
        Printer.update(archived=True).where(Printer.id == key).execute()
        settings.record("archived", WHAT, row, by=by)


def restore(key: int, *, by: Actor) -> None:
    with settings.changing(by, RIGHT) as known:
        row = find(key, known)
        Printer.update(archived=False).where(Printer.id == key).execute()
        settings.record("restored", WHAT, row, by=by)


def renew_address(key: int, *, by: Actor) -> None:
    """From now on the printer's address is another; the old one opens nothing."""
    with settings.changing(by, RIGHT) as known:
        row = find(key, known)
        if row.kind not in FETCHING:
            raise NotFound("This printer has no address at the desk.")
        Printer.update(settings=row.settings | {"salt": secrets.token_hex(16)}).where(Printer.id == key).execute()
        settings.record("readdressed", WHAT, row, by=by)


def find(key: int, known: Settings) -> Printer:
    if (row := known.printers.get(key)) is None:
        raise NotFound("This no longer exists.")
    return row


def usable(key: int | None, known: Settings) -> Printer | None:
    """This printer, unless it was put away."""
    row = known.printers.get(key) if key else None
    return row if row and not row.archived else None


def in_use(known: Settings) -> list[Printer]:
    return [row for row in known.printers.values() if not row.archived]


def mark(row: Printer) -> str:
    """Of what its form is made from."""
    return settings.mark({"name": row.name, "group": row.group} | {name: row.settings.get(name) for name in FIRST_SETTINGS})


def set_for(device: Device, key: int | None) -> None:
    """What is printed on this device comes out there from now on; None: its own browser prints. Everybody's own business."""
    if key and usable(key, shop.current()) is None:
        raise NotFound("This no longer exists.")
    Device.update(printer=key).where(Device.id == device.id).execute()


def _clean(kind: str, values: Mapping[str, Any], known: Settings, row: Printer | None) -> dict[str, Any]:
    read = fields.read({
        "name": lambda: _free_name(values, known, row), "host": lambda: _host(values) if kind == "network" else "",
        "port": lambda: _between(values["port"], 1024, 65_535) if kind == "network" else PORT,
        "paper": lambda: _one_of(values["paper"], PAPERS if kind != "browser" else (*PAPERS, SHEET)),
        "code_page": lambda: _one_of(values["code_page"], CODE_PAGES) if kind != "browser" else "cp858",
        "minutes": lambda: _between(values["minutes"], 1, MOST_MINUTES), "group": lambda: _group(kind, values["group"], known, row),
    })
    flags = {name: bool(values[name]) for name in ("answers", "draws_codes", "as_picture", "cuts", "drawer")}
    salt = {"salt": row.settings["salt"] if row else secrets.token_hex(16)} if kind in FETCHING else {}
    kept = {name: read[name] for name in ("paper", "host", "port", "code_page", "minutes")} | flags | salt
    return {"name": read["name"], "group": read["group"], "settings": kept}


def _free_name(values: Mapping[str, Any], known: Settings, row: Printer | None) -> str:
    return settings.must_be_free(fields.a_name(values["name"], at_most=60), known.printers, row)


def _host(values: Mapping[str, Any]) -> str:
    host = fields.one_line(values["host"], at_most=120)
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        raise Refused("Enter the printer's address on the network, like 192.168.1.50.")
    return host


def _between(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or not low <= value <= high:
        raise Refused("Enter a number from {low} to {high}.", low=low, high=high)
    return value


def _one_of(value: Any, known: Any) -> Any:
    if value not in known:
        raise Refused("Choose one of the list.")
    return value


def _group(kind: str, typed: str, known: Settings, row: Printer | None) -> str:
    """A word that printers share, as others spell it already. One that only the browser reaches is in none."""
    word = fields.one_line(typed, at_most=LONGEST_GROUP) if kind != "browser" else ""
    others = (other.group for other in known.printers.values() if row is None or other.id != row.id)
    return next((group for group in others if group.casefold() == word.casefold()), word)


# What it can do, and where it is

def model(row: Printer) -> Model:
    facts = FIRST_SETTINGS | row.settings
    return Model(PAPERS[facts["paper"]], facts["code_page"], facts["draws_codes"], facts["cuts"], facts["as_picture"])


def line(row: Printer) -> Line:
    """The way to a printer of the shop's network."""
    return Network(row.settings["host"], row.settings["port"], answers=row.settings["answers"])


def address(row: Printer) -> str:
    """What is to be filled in at a printer that fetches its jobs."""
    return f"{config.BASE_URL}/printers/{FETCHING[row.kind]}/{row.id}/{_token(row)}"


def at_address(kind: str, key: int, token: str) -> Printer:
    """The printer that asks. One that was put away is nobody."""
    row = usable(key, shop.current())
    if row is None or row.kind != kind or not hmac.compare_digest(_token(row).encode(), token.encode()):
        raise NotFound("This page does not exist, or no longer.")
    return row


def _token(row: Printer) -> str:
    said = f"{row.id} {row.settings['salt']}"
    return base64.urlsafe_b64encode(hmac.digest(sealed.derived("printers"), said.encode(), hashlib.sha256))[:TOKEN].decode()


# How it stands

def is_there(key: int, at: datetime) -> None:
    """It can print now. Written at most every few seconds, or when something was wrong with it."""
    stale = Printer.last_seen.is_null() | (Printer.last_seen < at - SEEN_EVERY) | (Printer.state != "")
    Printer.update(last_seen=at, state="").where(Printer.id == key, stale).execute()


def is_wrong(key: int, why: str) -> None:
    """It cannot print now."""
    Printer.update(state=why[:120]).where(Printer.id == key, Printer.state != why[:120]).execute()


def standing(key: int) -> Printer:
    """With how it stands now."""
    return shop.row(Printer, key)


def is_off(row: Printer, at: datetime | None = None) -> bool:
    """Whether it stayed away for so long that another prints for it; of one that nobody ever saw, so too."""
    return row.last_seen is None or row.last_seen < (at or now()) - timedelta(minutes=row.settings["minutes"]) - GRACE
