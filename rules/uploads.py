"""Files that wait between two steps of an import: kept beside the data under a name nobody can guess, for a day."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import BinaryIO

import config
from rules.refusal import Refused

KEPT = 24 * 3600  # seconds
LONGEST_NAME = 120


def folder() -> Path:
    return config.INSTANCE / "imports"


def keep(stream: BinaryIO, file_name: str) -> str:
    """Write the file down; answers the name it is found by. Forgets what nobody came back for."""
    _forget_old()
    name = secrets.token_urlsafe(18)
    place = folder() / name
    place.mkdir(parents=True)
    with (place / _safe(file_name)).open("wb") as file:
        shutil.copyfileobj(stream, file)
    return name


def _safe(file_name: str) -> str:
    """What it was called, without folders and signs that mean something to a file system."""
    bare = re.sub(r"[^\w .()-]", "_", file_name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return bare[-LONGEST_NAME:] or "file"


def find(name: str) -> Path:
    """The file kept under this name. Refuses one that is not there, or not any more."""
    files = list((folder() / name).glob("*")) if re.fullmatch(r"[\w-]{20,40}", name) else []
    if not files:
        raise Refused("This file is no longer here. Choose it again.")
    return files[0]


def forget(name: str) -> None:
    if re.fullmatch(r"[\w-]{20,40}", name):
        shutil.rmtree(folder() / name, ignore_errors=True)


def _forget_old() -> None:
    for place in folder().glob("*"):
        if place.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(place, ignore_errors=True)
