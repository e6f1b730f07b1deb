"""Keeps processes running: starts them, starts them again when they die, ends them together."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    ENDING.remove(signal.SIGHUP)  # started with nohup, to outlive its terminal
WATCHED = ENDING | {signal.SIGCHLD}
PATIENCE = 10.0  # seconds to finish what was being done, after that it is killed
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds before a dead process is started again; doubled each time
STEADY = 60.0  # seconds after which a process counts as having worked


@dataclass
class Child:
    """A process of ours. `ending` is the signal on which it finishes what it is doing and ends."""

    name: str
    run: Callable[[], None]
    ending: signal.Signals
    process: BaseProcess | None = None
    started: float = 0.0
    due: float = 0.0
    delay: float = field(default=FIRST_DELAY)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()


def watch(children: Sequence[Child], announce: Callable[[], bool]) -> None:
    """Run the children until this process is told to end. `announce` is asked again and again until it says True."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    announced = False
    while True:
        for child in children:
            keep_alive(child)
        announced = announced or announce()
        if received(0.05 if not announced else next_start(children)) in ENDING:
            return end(children)


def received(seconds: float) -> int | None:
    """The signal that came within this time."""
    caught = signal.sigtimedwait(WATCHED, seconds)
    return caught.si_signo if caught else None


def keep_alive(child: Child) -> None:
    if child.is_alive():
        return
    if child.process is not None:
        bury(child)
    if time.monotonic() >= child.due:
        start(child)


def bury(child: Child) -> None:
    """See to what a dead child left behind, and decide when it may start again."""
    process, child.process = child.process, None
    kill_group(process)
    process.join()
    lived = time.monotonic() - child.started
    child.delay = FIRST_DELAY if lived > STEADY else min(child.delay * 2, LONGEST_DELAY)
    child.due = time.monotonic() + child.delay
    print(f"Toonbank: the {child.name} stopped ({process.exitcode}); starting it again.", file=sys.stderr, flush=True)


def next_start(children: Sequence[Child]) -> float:
    waiting = [child.due - time.monotonic() for child in children if child.process is None]
    return max(0.0, min(waiting, default=LONGEST_DELAY))


def start(child: Child) -> None:
    parent = os.getpid()

    def body() -> None:
        os.setsid()  # Ctrl-C is meant for the parent, which passes it on
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        end_with(parent, child.ending)
        child.run()

    child.started = time.monotonic()
    child.process = multiprocessing.get_context("fork").Process(target=body, name=child.name)
    child.process.start()


def end_with(parent: int, how: signal.Signals) -> None:
    """Let the kernel send this process a signal when its parent is gone, however that ended."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


def end(children: Sequence[Child]) -> None:
    """Ask all to end; who does not within PATIENCE, or when asked a second time, is killed."""
    for child in children:
        if child.is_alive():
            os.kill(child.process.pid, child.ending)
    deadline = time.monotonic() + PATIENCE
    while any(child.is_alive() for child in children):
        if received(max(0.0, min(0.1, deadline - time.monotonic()))) in ENDING or time.monotonic() >= deadline:
            break
    for child in children:
        if child.process is not None:
            kill_group(child.process)
            child.process.join()


def kill_group(process: BaseProcess) -> None:
    """Kill a process and what it started."""
    process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
