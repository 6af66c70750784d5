"""Runs of the program with limits of the system's: of processor time, of memory, of the size of a file.

They are forked, as others are, from a process that has the program loaded; that one has the limits, and each run inherits
them. Memory is what a run takes beside what is loaded.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from tests.command import CACHE, PATIENCE, ROOT, Run, forking_at, settings, shell_command
from tests.forking import client

Limits = tuple[tuple[int, int], ...]
CHEAP: Limits = ((resource.RLIMIT_CPU, 30), (resource.RLIMIT_AS, 900_000_000))
"""Three times the seconds that docs/limits.md promises, since a busy machine counts more of them, and the memory."""
FULL_DISK: Limits = ((resource.RLIMIT_FSIZE, 0),)
LOADED = 600_000_000
"""Bytes of libraries' code where the run loads them itself; they are counted, and mostly not in memory."""


def limited(limits: Limits, *arguments: object, **environment: str) -> Run:
    """``audit``, ended by the system where it takes more; its exit code is none of ours then."""
    words = ["--lang", "en", *map(str, arguments)]
    if client.__file__ in shell_command():
        line, before = [sys.executable, "-S", "-E", client.__file__, _server(limits)], None
    else:  # as where coverage is measured
        line, before = [sys.executable, "-m", "cli"], partial(_limit, resource.setrlimit, limits, LOADED)
    done = subprocess.run(
        [*line, *words], cwd=ROOT, env=settings(**environment), capture_output=True, encoding="utf-8", timeout=PATIENCE,
        check=False, preexec_fn=before,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "X000" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr)


def _limit(put: Callable[[int, tuple[int, int]], object], limits: Limits, loaded: int) -> None:
    for what, most in limits:
        bound = most + loaded if what == resource.RLIMIT_AS else most
        put(what, (bound, bound))


@cache
def _server(limits: Limits) -> str:
    """The socket of the process that forks for every run with these limits."""
    path = f"{CACHE.name}/forking-{'-'.join(str(what) for what, _ in limits)}"
    number = forking_at(path)
    pages = int(Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[0])
    _limit(partial(resource.prlimit, number), limits, pages * resource.getpagesize())
    return path
