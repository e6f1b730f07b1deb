"""What this machine lacks is said aloud: bin/test repeats it at its end, and with CI=true it is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def cannot_run(what: str, package: str) -> NoReturn:
    not_here(f"{what}: {package} is not installed (apt-get install {package})")


def not_here(message: str) -> NoReturn:
    if path := os.environ.get("COULD_NOT_RUN"):
        with open(path, "a") as file:
            file.write(message + "\n")
    raise pytest.skip.Exception(message) if os.environ.get("CI") != "true" else pytest.fail.Exception(message)
