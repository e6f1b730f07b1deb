"""Starts the desk: the web server and the worker, watched by this process."""

from __future__ import annotations

import errno
import gc
import http.client
import multiprocessing
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from whitenoise.compress import main as compress

import config
from commands import database as databases
from commands.watch import Child, end_with, watch
from models import connect_database, database
from tasks import huey

WEB_PROCESSES = 2
THREADS = 64  # per process; each open live stream holds one


@click.command()
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
@click.option("--no-worker", is_flag=True, help="Only the web server: the worker runs elsewhere.")
def serve(migrate: bool, no_worker: bool) -> None:
    """Start the web server and the worker; stop both with Ctrl-C."""
    must_be_free(config.HOST, config.PORT)
    if compress_static(current_app):
        os.execv(sys.executable, sys.orig_argv)  # so that the app finds them
    app = current_app._get_current_object()
    children = [Child("web server", lambda: serve_web(app), signal.SIGTERM)]
    if not no_worker:
        children.append(Child("worker", work, signal.SIGINT))
    run(children, migrate, announce=answers)


@click.command()
def worker() -> None:
    """Start only the worker, beside a web server that runs elsewhere."""
    run([Child("worker", work, signal.SIGINT)], migrate=False, announce=lambda: True)


def run(children: list[Child], migrate: bool, announce) -> None:
    if migrate:
        databases.bring_up_to_date()
    databases.must_be_up_to_date()
    with databases.in_use():
        database.close_all()
        huey.storage.close()
        gc.freeze()  # the children share this memory as long as nobody writes to it
        watch(children, announce)


def serve_web(app: Flask) -> None:
    parent = os.getpid()

    def load() -> Flask:
        end_with(parent, signal.SIGKILL)
        return app

    multiprocessing.set_start_method("fork", force=True)
    Granian(
        app.import_name, address=config.HOST, port=config.PORT, interface=Interfaces.WSGI, http=HTTPModes.http1, websockets=False,
        workers=WEB_PROCESSES, blocking_threads=THREADS, respawn_failed_workers=True, workers_kill_timeout=5, log_level=LogLevels.error,
    ).serve(target_loader=load, wrap_loader=False)


def work() -> None:
    connect_database(config.DATABASE_URL)
    huey.create_consumer(workers=2, worker_type="thread", initial_delay=0.05, max_delay=0.1, shutdown_timeout=8).run()


def must_be_free(host: str, port: int) -> None:
    """Granian shares its port with whoever does the same, another desk included: so look first."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(f"Port {port} on {host} is in use. Stop what uses it, or set PORT to another.") from None
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {error.strerror}. Set HOST or PORT to something else.") from None


def answers() -> bool:
    """Whether the web server answers; says so on the screen."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.HOST, config.HOST)
    connection = http.client.HTTPConnection(host, config.PORT, timeout=5)
    try:
        connection.request("GET", "/health")
        if connection.getresponse().status != 200:
            return False
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    print(f"Toonbank: {config.BASE_URL}", flush=True)
    return True


def compress_static(app: Flask) -> bool:
    """Make the smaller files that browsers get, once per version; whether that had to be done."""
    folder = config.INSTANCE / "static" / Path(app.static_url_path).name
    if folder.exists():
        return False
    shutil.rmtree(folder.parent, ignore_errors=True)
    unfinished = folder.with_suffix(".new")
    shutil.copytree(app.static_folder, unfinished)
    compress(["--quiet", str(unfinished)])
    unfinished.rename(folder)
    return True
