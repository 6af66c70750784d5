"""What an answer may cost: seconds, for people who wait for it, or the solver's own work, the same on every machine."""

from __future__ import annotations

import time
from math import inf, isinf
from typing import Protocol

import z3

A_SECONDS_WORK = 500_000
"""So many of the solver's units of work count as a second's: about what it does in one of an ordinary machine's."""

MOST_WORK = 2**32 - 1
"""More units the solver cannot be told."""

SECONDS = 10.0
"""How long one question about one target may take, if nothing else is said, before it is left unknown."""

LONGEST = 1_000_000.0
"""Seconds; nor a longer time."""


class Budget(Protocol):
    """What one answer may cost, and what has been spent. All amounts are seconds, or work that counts as such."""

    @property
    def seconds(self) -> float:
        """The whole of it."""
        ...

    def spent(self) -> float:
        """What has been spent since some moment; only differences mean anything."""
        ...

    def limit(self, solver: z3.Solver, seconds: float, *, effort: float = inf) -> None:
        """Let the solver give up on each question after so much, or after an ``effort``, which is work in any case."""
        ...

    def charge(self, solver: z3.Solver) -> None:
        """Take note of what a question has cost."""
        ...


class Seconds:
    """Time as it passes: what is not answered in time is unknown, on a busy machine sooner than on an idle one."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def spent(self) -> float:
        return time.monotonic()

    def limit(self, solver: z3.Solver, seconds: float, *, effort: float = inf) -> None:
        solver.set("timeout", max(1, int(min(seconds, LONGEST) * 1000)))
        solver.set("rlimit", 0 if isinf(effort) else _units(effort))

    def charge(self, solver: z3.Solver) -> None:
        """Time passes by itself."""


class Work:
    """The solver's work, as it counts it (Z3's ``rlimit``): no answer depends on how long anything takes.

    The solver counts on for as long as the process lives; what was spent before this budget is none of its.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        solver = z3.Solver()
        solver.check()
        self._units = _counted(solver)

    def spent(self) -> float:
        return self._units / A_SECONDS_WORK

    def limit(self, solver: z3.Solver, seconds: float, *, effort: float = inf) -> None:
        solver.set("rlimit", _units(min(seconds, effort)))

    def charge(self, solver: z3.Solver) -> None:
        self._units = max(self._units, _counted(solver))


def _counted(solver: z3.Solver) -> int:
    """The work of all solvers of the process until the last answer of this one."""
    counts = solver.statistics()
    if "rlimit count" not in counts.keys():  # noqa: SIM118 - it has keys, and is no mapping
        return 0
    return int(counts.get_key_value("rlimit count"))


def _units(seconds: float) -> int:
    """The units of so much work; 0 would be no limit at all."""
    return max(1, int(min(seconds * A_SECONDS_WORK, MOST_WORK)))
