"""HTML becomes PDF, on sheets and on rolls as long as their content, and nothing is fetched from outside."""

import re
import socket
import threading
import zlib
from pathlib import Path

import pytest

from plugins.documents import pdf

STYLES = Path(__file__).parent.parent.parent / "static" / "print.css"


def page(lines, *, extra=""):
    rows = "".join(f"<tr><td>Thee {number}</td><td class='num'>4,95</td></tr>" for number in range(lines))
    return f"<!doctype html><html lang='nl'><body class='roll'><table class='lines'>{rows}</table>{extra}<a id='end'></a></body></html>"


def boxes(content):
    """Width and height of each page in millimetres."""
    raw = content + b"".join(inflated(content))
    return [(float(w) / 72 * 25.4, float(h) / 72 * 25.4) for w, h in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)]


def inflated(content):
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            yield zlib.decompress(part)
        except zlib.error:
            continue


@pytest.mark.thorough
def test_a_roll_is_one_page_as_long_as_its_content():
    short, long = (boxes(pdf.make(page(lines), paper="roll_80", stylesheet=STYLES)) for lines in (3, 200))
    assert len(short) == len(long) == 1
    assert short[0][0] == pytest.approx(80, abs=0.1) and short[0][1] < 60 and long[0][1] > 600


def test_a_sheet_is_a4():
    content = pdf.make(page(3).replace("roll", "invoice"), paper="sheet", stylesheet=STYLES)
    assert boxes(content)[0] == pytest.approx((210, 297), abs=0.2)


def test_the_same_page_gives_the_same_bytes():
    assert pdf.make(page(3), paper="roll_80", stylesheet=STYLES) == pdf.make(page(3), paper="roll_80", stylesheet=STYLES)


def test_the_fonts_are_inside():
    content = pdf.make(page(3), paper="roll_80", stylesheet=STYLES)
    assert b"+Inter" in content + b"".join(inflated(content))


def test_nothing_is_fetched_from_the_network_or_from_other_files(tmp_path):
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]

        def listen():
            try:
                while True:
                    asked.append(server.accept()[0].recv(100))
            except (TimeoutError, OSError):
                return

        listener = threading.Thread(target=listen)
        secret = tmp_path / "secret.txt"
        secret.write_text("geheim-7731")
        listener.start()
        content = pdf.make(page(1, extra=(
            f"<img src='http://127.0.0.1:{port}/a.png'><link rel=stylesheet href='http://127.0.0.1:{port}/b.css'>"
            f"<style>@import url(http://127.0.0.1:{port}/c.css);</style><link rel=attachment href='{secret.as_uri()}'>"
            f"<img src='{secret.as_uri()}'><link rel=attachment href='fonts/../../config.py'>")), paper="roll_80", stylesheet=STYLES)
        listener.join()
    assert asked == [] and b"geheim-7731" not in content + b"".join(inflated(content))
    assert b"SECRET_KEY" not in b"".join(inflated(content))
