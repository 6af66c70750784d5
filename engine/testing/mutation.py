"""The mutation score: how many mutants the examples and the invariants tell from the ruleset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import AuditError, RulesetError, Text
from engine.facts.reading import read_facts
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly
from engine.side_by_side import can_fork, side_by_side
from engine.testing.equivalence import same_points
from engine.testing.examples import Case, cases_of, example_document, mismatches_of
from engine.testing.mutants import Mutant, mutants

Killer = Literal["checks", "examples", "invariants", "equivalent", ""]

WORTH_A_PROCESS = 50
"""How many mutants each further process is worth."""

AT_A_TIME = 8
"""How many mutants a process takes at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What became of a mutant.

    ``killer`` is empty for one that survived. An ``equivalent`` one scores every department as the ruleset
    does, so that nothing can tell them apart; it does not count. ``by`` is the check, example or
    property that told it, and ``why`` the reason for which it is equivalent.
    """

    mutant: Mutant
    killer: Killer
    by: str = ""
    why: Text | None = None


@dataclass(slots=True)
class _Trials:
    """Mutants and what they are tried on. ``order`` has the examples that killed most recently first, of one piece."""

    ruleset: Ruleset
    mutants: Sequence[Mutant]
    cases: Sequence[Case]
    examples: int
    order: list[int] = field(default_factory=list)

    def verdict(self, index: int) -> Verdict:
        mutant = self.mutants[index]
        try:
            changed = build_ruleset(mutant.root)
        except RulesetError as error:
            return Verdict(mutant, "checks", error.problems[0].code)
        for place, number in enumerate(self.order):
            if _differs(changed, self.cases[number]):
                # What killed one mutant of a rule is likely to kill the next: it goes to the front.
                self.order.insert(0, self.order.pop(place))
                return Verdict(mutant, "examples", self.cases[number].example.name)
        why = same_points(self.ruleset, changed, mutant)
        if why is not None:
            return Verdict(mutant, "equivalent", why=why)
        return Verdict(mutant, *self.by_invariants(changed))

    def by_invariants(self, changed: Ruleset) -> tuple[Killer, str]:
        if self.examples:
            from engine.testing.properties import run_properties

            results = run_properties(changed, max_examples=self.examples, seed=0)
            failed = next((one for one in results if one.failed), None)
            if failed is not None:
                return "invariants", failed.invariant.name
        return "", ""


def run_mutants(
    ruleset: Ruleset,
    folder: Path,
    *,
    examples: int = 0,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Verdict]:
    """Every mutant tried against the checks of loading, the ruleset's examples, and its invariants.

    ``examples`` is how many generated departments the invariants are tried on for each mutant that
    outlives the rest; 0 leaves them out. Several ``processes`` share the mutants where the system can
    fork them; verdicts come in the mutants' order. ``progress`` is told how many are done, of how many.
    """
    cases = list(cases_of(ruleset, folder))
    trials = _Trials(ruleset, list(mutants(ruleset.source)), cases, examples, list(range(len(cases))))
    count = len(trials.mutants)
    pieces = [range(first, min(first + AT_A_TIME, count)) for first in range(0, count, AT_A_TIME)]

    def work(piece: range) -> Iterator[tuple[int, Killer, str, Text | None]]:
        trials.order.sort()  # so that no verdict depends on which process had what before
        for index in piece:
            verdict = trials.verdict(index)
            yield index, verdict.killer, verdict.by, verdict.why

    processes = min(processes, count // WORTH_A_PROCESS)
    if processes > 1 and can_fork():
        arriving = side_by_side(work, pieces, processes)
    else:
        arriving = (one for piece in pieces for one in work(piece))
    waiting: dict[int, Verdict] = {}
    told = 0
    for index, killer, by, why in arriving:
        waiting[index] = Verdict(trials.mutants[index], killer, by, why)
        while told in waiting:
            progress(told + 1, count)
            yield waiting.pop(told)
            told += 1


def _differs(changed: Ruleset, case: Case) -> bool:
    """Whether the example does not come out as expected under the changed rules."""
    try:
        scoring = score_directly(changed, read_facts(example_document(case, changed), changed))
    except AuditError as error:
        return bool(mismatches_of(case.example, None, error))
    return bool(mismatches_of(case.example, scoring, None))
