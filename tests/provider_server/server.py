"""The stand-in as a real HTTP server on this machine, a thread for each line."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.provider_server import checkout, mollie, stripe
from tests.provider_server.answers import Answer, Keys, Request
from tests.provider_server.books import Books, Impossible, Payment, Refund
from tests.provider_server.control import Controls
from tests.provider_server.faults import Faults
from tests.provider_server.notices import WHEN, Notice, Notices

GARBAGE = Answer(200, b"<html><body>Bad gateway</body></html>", mimetype="text/html")
FLOOD = Answer(200, b"{" + b" " * 3_000_000 + b"}")
DIALECTS = {"v1": ("stripe", stripe), "v2": ("mollie", mollie)}


class ProviderServer(Controls):
    """Mollie and Stripe at one address, with one shop's account at each."""

    def __init__(self, port: int = 0) -> None:
        handler = type("Handler", (Handler,), {"standin": self})
        self.httpd = Server(("127.0.0.1", port), handler)
        self.port = self.httpd.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.books = Books(self._tell)
        self.dialects = {"stripe": stripe.Stripe(self.books, self.url), "mollie": mollie.Mollie(self.books, self.url)}
        self.keys = {"stripe": Keys(), "mollie": Keys()}
        self.do_clear()

    def start(self) -> None:
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Nobody is there any more: who asks now is refused a line."""
        self.faults.over.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()

    def start_again(self) -> None:
        """At the same address, with the same books."""
        self.faults.over.clear()
        self.httpd = Server(("127.0.0.1", self.port), self.httpd.RequestHandlerClass)
        self.start()

    def api(self, request: Request) -> Answer | None:
        """None: no answer, ever."""
        provider, module = DIALECTS[request.path[1:3]]
        dialect = self.dialects[provider]
        found = dialect.route(request)
        if not found or (refused := dialect.refused(request)):
            return module.error(404, "Unrecognized request URL") if not found else refused
        name, keys = found
        answer = self._answer(self.faults.next(name), name, keys, request, provider, module)
        self.asked.append({"provider": provider, "name": name, "key": request.key, "status": answer.status if answer else 0})
        self.news.before_the_answer()
        return answer

    def _answer(self, fault: str, name: str, keys: tuple[str, ...], request: Request, provider: str, module: Any) -> Answer | None:
        before = {"429": module.TOO_OFTEN, "503": module.UNAVAILABLE, "garbage": GARBAGE,
                  "lost": replace(GARBAGE, status=404), "closed": replace(GARBAGE, status=403),
                  "redirect": Answer(307, b"", {"Location": self.url + request.path}), "reset": None}
        if fault in before:
            return before[fault]
        if fault == "hang":
            return self.faults.hang()
        if fault == "slow":
            self.faults.over.wait(1.5)

        def do() -> Answer:
            if fault == "500":
                return module.BROKEN
            answer = self.dialects[provider].answer(name, keys, request)
            return module.BROKEN if fault == "500 after" and provider == "stripe" else answer  # which Stripe says again, for this key
        answer = self.keys[provider].once(request, do, other=module.OTHER, busy=module.BUSY)
        if fault == "hang after":
            self.news.before_the_answer()
            self.news.after_the_answer()
            return self.faults.hang()
        after = {"reset after": None, "garbage after": GARBAGE, "500 after": module.BROKEN, "drip": replace(answer, drips=True), "flood": FLOOD}
        return after.get(fault, answer)

    def _tell(self, payment: Payment, what: str, refund: Refund | None) -> None:
        for url, body in self.dialects[payment.provider].notices(payment, what, refund):
            self.news.add(Notice(url, body, payment.provider))

    def _do(self, name: str, *args: Any) -> Any:
        try:
            return getattr(self, f"do_{name}")(*args)
        except Impossible as impossible:
            raise RuntimeError(str(impossible)) from None
        finally:
            if name not in ("deliver", "held", "told"):
                self.news.after_the_answer()

    def do_payments(self) -> list[dict[str, Any]]:
        return [self.books.written(payment) for payment in self.books.payments.values()]

    def do_refunds(self) -> list[dict[str, Any]]:
        return [self.books.written(refund) for refund in self.books.refunds.values()]

    def do_calls(self) -> list[dict[str, Any]]:
        return list(self.asked)

    def do_move(self, key: str | None, state: str) -> None:
        checkout.move(self.books, self.books.payment(key), state)

    def do_begin_refunds_as(self, state: str) -> None:
        self.books.refunds_begin = state

    def do_move_refund(self, key: str | None, state: str, error: str = "") -> None:
        self.books.move_refund(key, state, error)

    def do_refund_there(self, key: str | None, cents: int) -> str:
        payment = self.books.payment(key)
        if payment.state != "paid" or cents > payment.amount - payment.refunded:
            raise Impossible(f"{payment.key} is {payment.state}, with {payment.amount - payment.refunded} left")
        return self.books.give_back(payment, cents, {}).key

    def do_clear(self) -> None:
        self.books.clear()
        self.dialects["stripe"].endpoint = ""
        self.faults, self.news, self.asked = Faults(), Notices(), []
        self.do_forget_keys()

    def do_forget_keys(self) -> None:
        self.books.hour += 1
        for keys in self.keys.values():
            keys.forget()

    def do_fault(self, kind: str, on: str, times: int) -> None:
        self.faults.plan(kind, on, times)

    def do_no_faults(self) -> None:
        self.faults.clear()

    def do_notices(self, when: str, times: int) -> None:
        if when not in WHEN:
            raise Impossible(f"{when}: one of {WHEN}")
        self.news.when, self.news.times = when, times

    def do_stripe_tells(self, url: str) -> None:
        self.dialects["stripe"].endpoint = url

    def do_deliver(self, times: int, backwards: bool) -> list[int]:
        self.news.wait()
        return self.news.deliver(times, backwards=backwards)

    def do_held(self) -> list[dict[str, Any]]:
        return [{"url": notice.url, "body": notice.body.decode(), "headers": notice.headers} for notice in self.news.take()]

    def do_told(self) -> list[dict[str, Any]]:
        self.news.wait()
        return list(self.news.told)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked may have hung up: that is what the tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """`standin` is said when the server is made."""

    standin: ClassVar[ProviderServer]

    def do_GET(self) -> None:  # noqa: N802
        parts = urlsplit(self.path)
        headers = {name.casefold(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        answer = self._answered(Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
        if answer:
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.mimetype, **answer.headers, "Content-Length": str(len(answer.bytes))}.items():
                self.send_header(name, value)
            self.end_headers()
            for part in [answer.bytes[at:at + 1] for at in range(len(answer.bytes))] if answer.drips else [answer.bytes]:
                self.wfile.write(part)
                self.standin.faults.over.wait(0.05 if answer.drips else 0)
        if not parts.path.startswith("/control/"):
            self.standin.news.after_the_answer()

    do_POST = do_DELETE = do_GET  # noqa: N815

    def _answered(self, request: Request) -> Answer | None:
        first, _, rest = request.path[1:].partition("/")
        if first in DIALECTS:
            return self.standin.api(request)
        if first == "checkout" and request.method == "POST":
            return checkout.choose(self.standin.books, rest, dict(parse_qsl(request.body.decode())).get("state", ""))
        if first == "checkout":
            return checkout.page(self.standin.books, rest)
        if first == "control" and request.method == "POST":
            return self._controlled(rest, json.loads(request.body))
        return Answer(404, b"", mimetype="text/plain")

    def _controlled(self, name: str, args: list[Any]) -> Answer:
        try:
            return Answer(200, {"answer": self.standin._do(name, *args)})
        except RuntimeError as impossible:
            return Answer(422, {"error": str(impossible)})

    def log_message(self, *args: Any) -> None:
        """Tests read `calls`."""
