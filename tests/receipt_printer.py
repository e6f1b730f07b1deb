"""A receipt printer of ours: it reads ESC/POS back to what is on the paper, and listens on a port as a real one does.

Written from Epson's public command reference, not from what the desk sends: a command it does not know is an error.
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PIL import Image, ImageOps

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
LETTERS = re.compile(rb"[\x20-\xff]+")
CODE_PAGES = {0: "cp437", 16: "cp1252", 19: "cp858"}
SIDES = {0: "left", 1: "center", 2: "right", 48: "left", 49: "center", 50: "right"}


@dataclass(frozen=True)
class Style:
    align: str = "left"
    bold: bool = False
    wide: int = 1
    high: int = 1


@dataclass(frozen=True)
class Printed:
    """`what`: text, feed, picture, qr, barcode, cut or drawer. `value`: its text, or the picture."""

    what: str
    value: object = ""
    style: Style = Style()


class Reader:
    """Goes through the bytes once."""

    def __init__(self, sent: bytes) -> None:
        self.sent, self.at = sent, 0
        self.printed: list[Printed] = []
        self.letters, self.page, self.is_chinese = bytearray(), "cp437", True
        self.style, self.kept, self.qr = Style(), {}, b""

    def read(self) -> list[Printed]:
        while self.at < len(self.sent):
            if letters := LETTERS.match(self.sent, self.at):
                self.letters += self.take(len(letters[0]))
                continue
            byte = self.take(1)[0]
            if byte in (ESC, FS, GS, DLE):
                name = {ESC: "esc", FS: "fs", GS: "gs", DLE: "dle"}[byte]
                getattr(self, f"{name}_{self.take(1)[0]:02x}")()
            elif byte == 0x0A:
                self.end_line()
            else:
                raise ValueError(f"{byte:#x} at {self.at - 1} is no letter")
        if self.letters:
            raise ValueError(f"{bytes(self.letters)!r} is in no line")
        return self.printed

    def take(self, count: int) -> bytes:
        part = self.sent[self.at:self.at + count]
        if len(part) < count:
            raise ValueError("it ends within a command")
        self.at += count
        return part

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def end_line(self) -> None:
        if self.is_chinese and any(byte >= 0x80 for byte in self.letters):
            raise ValueError("two bytes a letter: FS . was not sent")
        self.add("text", self.letters.decode(self.page))
        self.letters = bytearray()

    def add(self, what: str, value: object = "") -> None:
        if self.letters and what != "text":
            raise ValueError(f"{what} within a line")
        self.printed.append(Printed(what, value, self.style))

    # ESC
    def esc_40(self) -> None:  # @
        self.style, self.page, self.is_chinese, self.kept = Style(), "cp437", True, {}

    def esc_61(self) -> None:  # a
        if self.letters:
            raise ValueError("ESC a counts at the start of a line only")
        self.style = replace(self.style, align=SIDES[self.take(1)[0]])

    def esc_45(self) -> None:  # E
        self.style = replace(self.style, bold=bool(self.take(1)[0] & 1))

    def esc_21(self) -> None:  # !
        mode = self.take(1)[0]
        self.style = replace(self.style, bold=bool(mode & 8), high=2 if mode & 16 else 1, wide=2 if mode & 32 else 1)

    def esc_52(self) -> None:  # R
        if self.take(1)[0] != 0:
            raise ValueError("another country's letters")

    def esc_74(self) -> None:  # t
        self.page = CODE_PAGES[self.take(1)[0]]

    def esc_64(self) -> None:  # d
        lines = self.take(1)[0]
        if self.letters:
            self.end_line()
        self.add("feed", lines)

    def esc_70(self) -> None:  # p
        pin, on, off = self.take(3)
        if pin not in (0, 1, 48, 49) or not 0 < on <= off:
            raise ValueError("no pulse that opens a drawer")
        self.add("drawer")

    # FS and DLE
    def fs_2e(self) -> None:  # .
        self.is_chinese = False

    def dle_04(self) -> None:  # EOT
        self.take(1)

    # GS
    def gs_21(self) -> None:  # !
        size = self.take(1)[0]
        self.style = replace(self.style, wide=(size >> 4) + 1, high=(size & 7) + 1)

    def gs_56(self) -> None:  # V
        if self.take(1)[0] in (65, 66):
            self.take(1)
        self.add("cut")

    def gs_68(self) -> None:  # h
        self.kept["height"] = self.take(1)[0]

    def gs_77(self) -> None:  # w
        self.kept["module"] = self.take(1)[0]

    def gs_66(self) -> None:  # f
        self.take(1)

    def gs_48(self) -> None:  # H
        self.kept["under"] = self.take(1)[0] in (2, 50)

    def gs_6b(self) -> None:  # k
        kind, length = self.take(2)
        letters = self.take(length)
        if kind != 73 or not letters.startswith(b"{B"):
            raise ValueError("another barcode than Code 128 B")
        text = letters[2:].replace(b"{{", b"{").decode("ascii")
        self.kept["modules"] = 11 * (len(text) + 3) + 2
        self.add("barcode", text)

    def gs_72(self) -> None:  # r
        self.take(1)

    def gs_76(self) -> None:  # v 0
        if self.take(2) != b"0\x00":
            raise ValueError("another picture than GS v 0, normal size")
        across, rows = self.number(2), self.number(2)
        self.picture(across * 8, rows, self.take(across * rows))

    def gs_28(self) -> None:  # (
        kind, said = self.take(1), self.take(self.number(2))
        {b"k": self.code, b"L": self.graphics}[kind](said)

    def code(self, said: bytes) -> None:
        kind, function, rest = said[0], said[1], said[2:]
        if kind != 0x31:
            raise ValueError("another code than QR")
        if function == 0x50:
            self.qr = rest[1:]
        elif function == 0x51:
            self.add("qr", self.qr.decode())
        elif function not in (0x41, 0x43, 0x45):
            raise ValueError(f"QR function {function:#x}")
        elif function == 0x43:
            self.kept["qr module"] = rest[0]

    def graphics(self, said: bytes) -> None:
        function, rest = said[1], said[2:]
        if function == 112:
            wide, high = int.from_bytes(rest[4:6], "little"), int.from_bytes(rest[6:8], "little")
            self.kept["graphics"] = wide, high, rest[8:]
        elif function in (2, 50):
            self.picture(*self.kept["graphics"])
        else:
            raise ValueError(f"graphics function {function}")

    def picture(self, wide: int, high: int, bits: bytes) -> None:
        across = (wide + 7) // 8
        if len(bits) != across * high:
            raise ValueError("the picture has another size than it says")
        found = ImageOps.invert(Image.frombytes("1", (wide, high), bits).convert("L"))
        last = self.printed[-1] if self.printed else None
        if last and last.what == "picture" and last.style == self.style and last.value.width == wide:  # bands of one picture
            whole = Image.new("L", (wide, last.value.height + high))
            whole.paste(last.value, (0, 0))
            whole.paste(found, (0, last.value.height))
            self.printed[-1] = replace(last, value=whole)
        else:
            self.add("picture", found)


def read(sent: bytes) -> list[Printed]:
    return Reader(sent).read()


def texts(printed: list[Printed]) -> list[str]:
    return [str(row.value) for row in printed if row.what == "text"]


class ReceiptPrinter:
    """Prints what comes to its port. `standing` is what it says of itself; `breaks_after`: so many bytes, then the line breaks."""

    FINE, OPEN, PAPERLESS = (0x12, 0x12), (0x1A, 0x12), (0x1A, 0x72)

    def __init__(self, port: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.jobs: list[bytes] = []
        self.standing: tuple[int, int] | None = self.FINE
        self.breaks_after: int | None = None
        self.confirms = True
        self.is_done = threading.Condition()

    def run(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line, self.is_done:
                self.serve(line)
                self.is_done.notify_all()

    def serve(self, line: socket.socket) -> None:
        job = bytearray()
        while part := self.heard(line):
            for place, question in enumerate((b"\x10\x04\x01", b"\x10\x04\x04")):
                if question in part and self.standing:
                    line.sendall(bytes((self.standing[place],)))
                part = part.replace(question, b"")
            job += part
            if self.breaks_after is not None and len(job) >= self.breaks_after:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # close with a reset
                break
            if part.endswith(b"\x1dr\x01") and self.confirms:
                self.comes_out(job)
                line.sendall(b"\x00")  # after the paper: what is confirmed can be read by any test
        self.comes_out(job)

    def comes_out(self, job: bytearray) -> None:
        if job:
            self.jobs.append(bytes(job))
            job.clear()

    def heard(self, line: socket.socket) -> bytes:
        try:
            return line.recv(65_536)
        except OSError:
            return b""

    def wait_for_jobs(self, count: int) -> list[bytes]:
        with self.is_done:
            assert self.is_done.wait_for(lambda: len(self.jobs) >= count, timeout=10)
        return self.jobs


@contextmanager
def receipt_printer(port=0):
    printer = ReceiptPrinter(port)
    threading.Thread(target=printer.run, daemon=True).start()
    try:
        yield printer
    finally:
        printer.listener.close()
