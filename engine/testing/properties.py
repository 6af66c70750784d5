"""The invariants tried on generated departments, and the smallest department for which one fails."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from engine.errors import Text
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.testing.invariants import INVARIANTS, TOTAL, Invariant, Targets, Violation, try_department
from engine.testing.strategies import departments

Document = dict[str, Any]
Progress = Callable[[int], None]

SHRINKING_SECONDS = 10.0
"""How long a counterexample is made smaller before the smallest so far is taken."""

TOTAL_INVARIANT = Invariant(
    TOTAL, Text("总有结果", "total over inputs"),
    Text("每个合法的部门都有得分，或一条说明原因的错误", "every valid department has a score, or an error that says why not"),
    lambda ruleset: (ruleset.root,), lambda trial, targets: None,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class PropertyResult:
    """What came of one invariant. ``tried`` counts the departments that had a score."""

    invariant: Invariant
    state: Literal["holds", "fails", "not_applicable"]
    tried: int
    message: Text | None = None
    counterexample: Document | None = None


def run_properties(
    ruleset: Ruleset,
    *,
    max_examples: int = 200,
    seed: int | None = None,
    database: Path | None = None,
    progress: Progress = lambda tried: None,
) -> list[PropertyResult]:
    """Every invariant tried on ``max_examples`` departments.

    ``database`` keeps the failures that Hypothesis found, so that they are tried first next time.
    """
    targets = {invariant.name: invariant.targets(ruleset) for invariant in INVARIANTS}
    wanted = {name: found for name, found in targets.items() if found}
    search = _Search(ruleset, max_examples, seed, database, progress)
    failed: dict[str, tuple[Violation, Document]] = {}
    while (found := search.run(wanted)) is not None:
        violation, document = found
        failed[violation.name] = (violation, document)
        if violation.name == TOTAL:
            break
        del wanted[violation.name]
    return [_result(one, targets, failed, search.tried) for one in (TOTAL_INVARIANT, *INVARIANTS)]


def _result(
    invariant: Invariant,
    targets: dict[str, Targets],
    failed: dict[str, tuple[Violation, Document]],
    tried: int,
) -> PropertyResult:
    if invariant.name in failed:
        violation, document = failed[invariant.name]
        return PropertyResult(invariant, "fails", tried, violation.message, document)
    if invariant is not TOTAL_INVARIANT and not targets[invariant.name]:
        return PropertyResult(invariant, "not_applicable", 0, invariant.otherwise)
    return PropertyResult(invariant, "holds", tried)


class _Search:
    """Runs Hypothesis over departments, again for each invariant that was found to fail."""

    def __init__(
        self, ruleset: Ruleset, max_examples: int, seed: int | None, database: Path | None, progress: Progress
    ) -> None:
        self.scorer = Scorer(ruleset)
        self.departments = departments(ruleset)
        self.seed = seed
        self.progress = progress
        self.tried = 0
        self.settings = settings(
            max_examples=max_examples,
            deadline=None,
            database=DirectoryBasedExampleDatabase(database) if database is not None else None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            print_blob=False,
            derandomize=False,
        )

    def run(self, wanted: dict[str, Targets]) -> tuple[Violation, Document] | None:
        """The smallest failure found, if any."""
        smallest: list[tuple[Violation, Document, str]] = []
        until = [0.0]
        self.tried = 0

        def property_of_all_departments(document: Document, other: Document, data: st.DataObject) -> None:
            shown = json.dumps((document, other), sort_keys=True)
            if smallest and time.monotonic() > until[0] and shown != smallest[-1][2]:
                return  # out of time for making it smaller: only the smallest so far fails from here on
            try:
                self.tried += try_department(self.scorer, document, other, data.draw, wanted)
            except Violation as violation:
                if not smallest:
                    until[0] = time.monotonic() + SHRINKING_SECONDS
                smallest.append((violation, document, shown))
                raise
            self.progress(self.tried)

        test = given(self.departments, self.departments, st.data())(
            self.settings(property_of_all_departments)
        )
        if self.seed is not None:
            test = seeded(self.seed)(test)
        try:
            test()
        except Exception:
            if not smallest:
                raise
            violation, document, _ = smallest[-1]
            return violation, document
        return None
