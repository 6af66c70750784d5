"""Load the program, and fork for every run that is asked for: ``python -m tests.forking.server SOCKET``.

It ends with the process that started it, which holds the other end of its standard input.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import selectors
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from tests.forking.client import CODE, LENGTH

LOADED_LATE = (
    "_ruamel_yaml", "chinese_calendar", "docxtpl", "duckdb", "hypothesis", "pdfplumber", "pyarrow.parquet", "ruamel.yaml.error",
    "tabulate", "xlsxwriter", "z3",
)  # fmt: skip
"""What the program loads only where a command needs it."""
NOT_LOADED = ("cli.__main__",)


class Request(NamedTuple):
    """A run: its arguments, folder, environment, limits and standard streams."""

    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    limits: list[tuple[int, int]]
    streams: list[int]


def serve(path: str) -> Request:
    """Return in each process that was forked, with what it is to run."""
    asked = socket.socket(socket.AF_UNIX)
    asked.bind(path)
    asked.listen()
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    waiting.register(asked, selectors.EVENT_READ)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for key, _ in waiting.select():
            if key.fileobj == 0:
                os._exit(0)
            if key.fileobj == asked:
                connection, _ = asked.accept()
                request = _received(connection)
                pid = os.fork()
                if not pid:
                    waiting.close()
                    asked.close()
                    connection.close()
                    return request
                for one in request.streams:
                    os.close(one)
                waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, connection))
            else:
                pid, connection = key.data
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with connection:
                    connection.sendall(CODE.pack(code))
                waiting.unregister(key.fd)
                os.close(key.fd)


def _received(connection: socket.socket) -> Request:
    head, handed_over, _, _ = connection.recvmsg(
        LENGTH.size, socket.CMSG_SPACE(3 * array.array("i").itemsize)
    )
    streams = array.array("i")
    streams.frombytes(handed_over[0][2])
    content = connection.recv(LENGTH.unpack(head)[0], socket.MSG_WAITALL)
    return Request(*json.loads(content), [*streams])


def load() -> None:
    """Import every module that a run may need."""
    for name in ("cli", "engine", "rulesets"):
        package = importlib.import_module(name)
        for one in pkgutil.walk_packages(package.__path__, f"{name}."):
            if one.name not in NOT_LOADED:
                importlib.import_module(one.name)
    for name in LOADED_LATE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def become(request: Request) -> None:
    """Let this process be as if it had been started so."""
    for number, one in enumerate(request.streams):
        os.dup2(one, number)
    for one in request.streams:
        os.close(one)
    for what, most in request.limits:
        bound = most + (_loaded() if what == resource.RLIMIT_AS else 0)
        resource.setrlimit(what, (bound, bound))
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.environment)
    tempfile.tempdir = None
    sys.argv = ["audit", *request.arguments]
    sys.modules["__main__"].__package__ = ""  # by which click tells what the program is called
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout = sys.__stdout__ = _written(1, "strict")
    sys.stderr = sys.__stderr__ = _written(2, "backslashreplace")


def end(main: Callable[[], None]) -> NoReturn:
    """Run the program to its end, as Python would, but for the modules: to take them down copies all of their memory."""
    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    except BaseException:  # noqa: BLE001 - as Python would at its end
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = 120
    os._exit(code)


def _loaded() -> int:
    """The memory that this process has from the one it was forked from, in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - as little as may be, for every run
        return int(file.read().split()[0]) * resource.getpagesize()


def _written(number: int, errors: str) -> io.TextIOWrapper:
    stream = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(stream, "utf-8", errors, line_buffering=number == 2 or os.isatty(number))


if __name__ == "__main__":
    load()
    become(serve(sys.argv[1]))
    from cli.main import main

    end(main)
