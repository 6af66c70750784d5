"""Runs of the program with limits of the system's: of processor time, of memory, of the size of a file."""

from __future__ import annotations

import resource

from tests.command import ROOT, Run, forked, may_be_forked, settings, started
from tests.forking.client import Limits

CHEAP: Limits = ((resource.RLIMIT_CPU, 30), (resource.RLIMIT_AS, 900_000_000))
"""Three times the seconds that docs/limits.md promises, since a busy machine counts more of them, and the memory."""
FULL_DISK: Limits = ((resource.RLIMIT_FSIZE, 0),)


def limited(limits: Limits, *arguments: object, **environment: str) -> Run:
    """``audit``, ended by the system where it takes more; its exit code is none of ours then."""
    run = forked if may_be_forked(environment) else started
    done = run(["--lang", "en", *map(str, arguments)], ROOT, settings(**environment), limits)
    assert "Traceback" not in done.err, done.err
    assert "X000" not in done.err, done.err
    return done
