"""Work of a library that a hostile file could drive to any length, done in a process of its own, with limits.

A PDF can ask for more objects, and a template for more text, than could be counted beforehand. So the work is
done in a forked process, which the system stops when it uses more processor time or memory than it was given.
"""

from __future__ import annotations

import math
import multiprocessing
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import AuditError
from engine.side_by_side import send

SECONDS = 5
"""Processor time until the work is done, or says that it went on."""
MEGABYTES = 700
"""Memory beside what the program has already."""

_CRASHES = {
    signal.SIGSEGV,
    signal.SIGABRT,
    signal.SIGFPE,
    signal.SIGILL,
    getattr(signal, "SIGBUS", signal.SIGSEGV),
}
"""Signals by which a library written in C ends on what it cannot take; anything else comes from outside."""

CRASHED = "the library that works on it crashed"

Result = TypeVar("Result")
GoesOn = Callable[[], None]


class Exhausted(Exception):
    """The work took more time or memory than it was given."""


class Failed(Exception):
    """The work raised something other than an :class:`AuditError`, or took its process down; the text says what."""


def apart(work: Callable[[GoesOn], Result], seconds: int = SECONDS) -> Result:
    """What ``work`` gives, in so many seconds. Each call of its argument gives it as many anew.

    Raises what the work raises if it is an :class:`AuditError`, else :class:`Exhausted` or :class:`Failed`.
    Where a system cannot fork, or not limit a process, the work is done here.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return _done(work, lambda: None)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, work, seconds), daemon=True)
    # An interrupt meanwhile waits until the new process has turned a deaf ear to it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    theirs.close()
    try:
        kind, message = ours.recv()
    except EOFError:
        process.join()
        ended_by = -(process.exitcode or 0)
        if ended_by == signal.SIGXCPU:
            raise Exhausted from None
        if ended_by in _CRASHES:
            raise Failed(CRASHED) from None
        raise RuntimeError(f"a process of the program's was ended by {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if kind == "error":
        raise message[0](message[1])
    if kind == "exhausted":
        raise Exhausted
    if kind == "failed":
        raise Failed(message)
    result: Result = message
    return result


def _done(work: Callable[[GoesOn], Result], goes_on: GoesOn) -> Result:
    try:
        return work(goes_on)
    except AuditError:
        raise
    except MemoryError:
        raise Exhausted from None
    except Exception as failure:  # noqa: BLE001 - whatever a damaged file makes the library raise
        reason = (str(failure).splitlines() or [""])[0] or failure.__class__.__name__
        raise Failed(reason[:200]) from None


def _serve(connection: Connection, work: Callable[[GoesOn], Any], seconds: int) -> None:
    """What the process does. An interrupt is for the first process, which then ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    try:
        _limit_memory()
        _limit_time(seconds)
        send(connection, ("done", _done(work, partial(_limit_time, seconds))))
    except AuditError as error:
        send(connection, ("error", (type(error), error.problems)))
    except (Exhausted, MemoryError):
        send(connection, ("exhausted", None))
    except Failed as failure:
        send(connection, ("failed", str(failure)))


def _limit_memory() -> None:
    """No more than :data:`MEGABYTES` on top of what this process has, where the system tells what that is."""
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return
    _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + MEGABYTES * 1024 * 1024)


def _limit_time(seconds: int) -> None:
    """No more than so many seconds of processor time from now on."""
    import resource

    _lower(resource.RLIMIT_CPU, math.ceil(time.process_time()) + seconds)


def _lower(what: int, wanted: int) -> None:
    """Set the limit that a process may still move; never above the one it may not."""
    import resource

    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
