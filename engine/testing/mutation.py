"""The mutation score: how many mutants the examples and the invariants tell from the ruleset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import AuditError, RulesetError
from engine.facts.reading import read_facts
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly
from engine.testing.examples import Case, cases_of, example_document, mismatches_of
from engine.testing.mutants import Mutant, mutants

Killer = Literal["checks", "examples", "invariants", ""]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What became of a mutant: what killed it (empty: it survived), and by which example or property."""

    mutant: Mutant
    killer: Killer
    by: str = ""


def run_mutants(
    ruleset: Ruleset, folder: Path, *, examples: int = 0, progress: Callable[[int], None] = lambda done: None
) -> Iterator[Verdict]:
    """Every mutant tried against the checks of loading, the ruleset's examples, and its invariants.

    ``examples`` is how many generated departments the invariants are tried on for each mutant that
    outlives the rest; 0 leaves them out.
    """
    cases = list(cases_of(ruleset, folder))
    order = list(range(len(cases)))
    for done, mutant in enumerate(mutants(ruleset.source), 1):
        yield _verdict(mutant, cases, order, examples)
        progress(done)


def _verdict(mutant: Mutant, cases: Sequence[Case], order: list[int], examples: int) -> Verdict:
    try:
        changed = build_ruleset(mutant.root)
    except RulesetError as error:
        return Verdict(mutant, "checks", error.problems[0].code)
    for place, index in enumerate(order):
        if _differs(changed, cases[index]):
            # What killed one mutant of a rule is likely to kill the next: it goes to the front.
            order.insert(0, order.pop(place))
            return Verdict(mutant, "examples", cases[index].example.name)
    if examples:
        from engine.testing.properties import run_properties

        failed = [
            one for one in run_properties(changed, max_examples=examples, seed=0) if one.state == "fails"
        ]
        if failed:
            return Verdict(mutant, "invariants", failed[0].invariant.name)
    return Verdict(mutant, "")


def _differs(changed: Ruleset, case: Case) -> bool:
    """Whether the example does not come out as expected under the changed rules."""
    try:
        scoring = score_directly(changed, read_facts(example_document(case, changed), changed))
    except AuditError as error:
        return bool(mismatches_of(case.example, None, error))
    return bool(mismatches_of(case.example, scoring, None))
