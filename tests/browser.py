"""A real browser: Debian's Chromium without its windows, driven by playwright, and what is looked at on every page."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.desk import eventually, free_port
from tests.missing import cannot_run

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--font-render-hinting=none",
]
SKIPPED = "Transition was aborted"  # a busy machine shows the next page without fading it in
REFUSALS = ("401", "403", "409", "422")  # Chromium notes these answers as errors; to the desk they are part of the conversation
HTMX = ("hx-", "Element “hx-partial”")
PATIENCE = 30_000  # milliseconds for what a page should come to show: a machine that runs all the tests has much else to do
AT_REST = """Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime < Infinity).map((each) => each.finished)).then(() => {})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    program = shutil.which("chromium-headless-shell") or cannot_run("journeys in a browser", "chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def watch(page: Page, home: str, troubles: list[str]) -> None:
    """Collects what should not happen on any page: errors, refused scripts or styles, requests that leave the desk."""

    def console(message: ConsoleMessage) -> None:
        refusal = message.text.startswith("Failed to load resource") and any(f"status of {code}" in message.text for code in REFUSALS)
        if message.type in ("error", "warning") and not refusal:
            troubles.append(f"{page.url}: {message.text}")

    page.on("console", console)
    page.on("pageerror", lambda error: error.message.startswith(SKIPPED) or troubles.append(f"{page.url}: {error}"))
    page.on("request", lambda request: request.url.startswith((home, "data:", "blob:")) or troubles.append(f"{page.url} asks {request.url}"))


def axe(page: Page, part: str | None = None) -> list[str]:
    """What axe-core finds wrong with the page as it is now, or with a part of it, a line each; colours are looked at once they are there
    for good. Letters in frames, without scripts, are not looked into."""
    page.evaluate(AT_REST)
    found = Axe().run(page, part, {"resultTypes": ["violations"], "preload": False, "iframes": False}).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@contextmanager
def html_checker() -> Iterator[Callable[[str], list[str]]]:
    """A function that says what the Nu HTML checker finds wrong with a page, a line each; htmx's attributes are let pass."""
    java = shutil.which("java") or cannot_run("the HTML checker", "default-jre-headless")
    jar = Path(os.environ.get("VNU_JAR", ".cache/vnu/node_modules/vnu-jar/build/dist/vnu.jar"))
    if not jar.exists():
        cannot_run("the HTML checker", "npm")
    port = free_port()
    command = [java, "-Xmx256m", "-Dnu.validator.servlet.bind-address=127.0.0.1", "-cp", str(jar), "nu.validator.servlet.Main", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: listens(port), "the HTML checker starts")
        yield lambda html: check(port, html)
    finally:
        server.kill()
        server.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def check(port: int, html: str) -> list[str]:
    request = Request(f"http://127.0.0.1:{port}/?out=json", html.encode(), {"Content-Type": "text/html; charset=utf-8"})
    with urlopen(request, timeout=60) as answer:
        messages = json.load(answer)["messages"]
    return [
        f"{message.get('lastLine')}: {message['message']} {message.get('extract', '')!r}"
        for message in messages if not any(word in message["message"] for word in HTMX)
    ]
