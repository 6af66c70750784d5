"""What memory the process holds while it scores department after department, at each tenth of the way.

100,000 scores by direct evaluation and 5,000 by the main path (where durable-rules keeps a state for each
evaluation, which has to be deleted), with the mixed ruleset and 200 departments round and round. Flat means
that nothing is kept: the last column is the growth since the first tenth. A few tenths of a MiB are not the
engine's: CPython keeps up to 2,000 freed tuples of each short length, and takes a while to have that many.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.measuring import machine, resident_mib, show
from benchmarks.ruleset import MIXED, department, ruleset
from engine.scoring import Scorer, score_directly

DEPARTMENTS = 200
DIRECT, MAIN_PATH = 100_000, 5_000


def main() -> None:
    """Score, and print the memory held at each tenth."""
    print(machine())
    of = ruleset(MIXED)
    facts = [department(MIXED, number).facts(of) for number in range(DEPARTMENTS)]
    scorer = Scorer(of)
    _watch("direct evaluation", DIRECT, lambda number: score_directly(of, facts[number % DEPARTMENTS]))
    _watch("main path", MAIN_PATH, lambda number: scorer.score(facts[number % DEPARTMENTS]))


def _watch(name: str, calls: int, score: Callable[[int], object]) -> None:
    rows: list[list[str]] = []
    first = 0.0
    for tenth in range(1, 11):
        for number in range(calls // 10):
            score(number)
        held = resident_mib()
        first = first or held
        rows.append([f"{calls * tenth // 10:,}", f"{held:.1f} MiB", f"{held - first:+.1f} MiB"])
    print(f"\n{name}\n")
    show(["scores", "memory held", "since the first tenth"], rows)


if __name__ == "__main__":
    main()
