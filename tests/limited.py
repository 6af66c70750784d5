"""Runs of the program with limits of the system's: of processor time, of memory, of the size of a file."""

from __future__ import annotations

import resource
import subprocess
import sys

from tests.command import PATIENCE, ROOT, Run, forked, may_be_forked, settings
from tests.forking.client import Limits

CHEAP: Limits = ((resource.RLIMIT_CPU, 30), (resource.RLIMIT_AS, 900_000_000))
"""Three times the seconds that docs/limits.md promises, since a busy machine counts more of them, and the memory."""
FULL_DISK: Limits = ((resource.RLIMIT_FSIZE, 0),)
LOADED = 600_000_000
"""Bytes of libraries' code where the run loads them itself; they are counted, and mostly not in memory."""


def limited(limits: Limits, *arguments: object, **environment: str) -> Run:
    """``audit``, ended by the system where it takes more; its exit code is none of ours then."""
    words, around = ["--lang", "en", *map(str, arguments)], settings(**environment)
    done = (
        forked(words, ROOT, around, limits) if may_be_forked(environment) else _started(words, around, limits)
    )
    assert "Traceback" not in done.err, done.err
    assert "X000" not in done.err, done.err
    return done


def _started(words: list[str], environment: dict[str, str], limits: Limits) -> Run:
    """As where coverage is measured."""

    def limit() -> None:
        for what, most in limits:
            bound = most + LOADED if what == resource.RLIMIT_AS else most
            resource.setrlimit(what, (bound, bound))

    done = subprocess.run(
        [sys.executable, "-m", "cli", *words], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8",
        timeout=PATIENCE, check=False, preexec_fn=limit,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)
