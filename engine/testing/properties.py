"""The invariants tried on generated departments, and the smallest department for which one fails."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Unsatisfiable
from hypothesis.reporting import with_reporter

from engine.errors import Language, Problem, Text
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.testing.invariants.base import Invariant, Scope, Violation
from engine.testing.invariants.registry import INVARIANTS, TOTAL, try_department
from engine.testing.sources import facts_file
from engine.testing.strategies import Departments

Document = dict[str, Any]
Progress = Callable[[int], None]

SHRINKING_TRIES = 2_000
"""With how many departments a counterexample is made smaller before the smallest so far is taken: a number and no time, so
that a seed gives the same one on every machine."""

State = Literal["holds", "fails", "no_department", "not_tried", "not_applicable"]


@dataclass(frozen=True, slots=True, eq=False)
class PropertyResult:
    """What came of one invariant.

    ``no_department``: none that was drawn meets the ruleset's checks. ``tried`` counts the departments that put it to the test: those with something to compare. Where it
    fails, ``counterexample`` is the smallest department found, and ``changed`` the one it was compared with.
    """

    invariant: Invariant
    scope: Scope
    state: State
    tried: int
    message: Text | None = None
    counterexample: Document | None = None
    changed: Document | None = None

    @property
    def failed(self) -> bool:
        """Whether it does not hold, or cannot: a ruleset that no department meets."""
        return self.state in ("fails", "no_department")

    @property
    def told(self) -> Text:
        """What is wrong, or what holds, or why that is not known."""
        statement = self.message or self.invariant.statement
        if self.state == "not_applicable":
            reasons = self.scope.reasons
            zh, en = "；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons)
            return Text(f"不适用：各指标{zh}", f"not applicable to any criterion: {en}")
        if self.state == "not_tried":
            return Text(
                f"没有部门可供检验，请增加部门数：{statement.zh}",
                f"no department put it to the test, try more of them: {statement.en}",
            )
        return statement


def run_properties(
    ruleset: Ruleset,
    *,
    max_examples: int = 200,
    seed: int | None = None,
    database: Path | None = None,
    progress: Progress = lambda scored: None,
    only: Collection[str] | None = None,
) -> list[PropertyResult]:
    """Every invariant (or those named in ``only``) tried on ``max_examples`` departments.

    ``database`` keeps the failures that Hypothesis found, so that they are tried first next time.
    """
    invariants = [one for one in INVARIANTS if only is None or one.name in only]
    scopes = {one.name: one.scope(ruleset) for one in invariants}
    wanted = {name: scope for name, scope in scopes.items() if scope.targets}
    search = _Search(ruleset, max_examples, seed, database, progress)
    failed: dict[str, tuple[Violation, Document]] = {}
    while wanted and (found := search.run(wanted)) is not None:
        if isinstance(found, Text):
            return [_untried(one, scopes[one.name], found) for one in invariants]
        violation, document = found
        failed[violation.name] = (violation, document)
        if violation.name == TOTAL.name:
            break
        del wanted[violation.name]
    return [
        _result(one, scopes[one.name], failed.get(one.name), search.tried[one.name]) for one in invariants
    ]


class PropertyFailure(AssertionError):
    """Invariants that do not hold; ``results`` are theirs."""

    def __init__(self, results: Sequence[PropertyResult]) -> None:
        self.results = tuple(results)
        super().__init__("\n\n".join(failure_report(one) for one in results))


def check_properties(ruleset: Ruleset, **how: Any) -> list[PropertyResult]:
    """:func:`run_properties`, for a test: raises :class:`PropertyFailure` where an invariant does not hold."""
    results = run_properties(ruleset, **how)
    failed = [one for one in results if one.failed]
    if failed:
        raise PropertyFailure(failed)
    return results


def failure_report(result: PropertyResult, language: Language = "en") -> str:
    """What failed, and the departments that show it, as facts files."""
    report = f"{result.invariant.name}: {result.told.in_language(language)}"
    for document in (result.counterexample, result.changed):
        if document is not None:
            report += f"\n\n{facts_file(document)}"
    return report


def _untried(invariant: Invariant, scope: Scope, message: Text) -> PropertyResult:
    if not scope.targets:
        return PropertyResult(invariant, scope, "not_applicable", 0)
    return PropertyResult(invariant, scope, "no_department", 0, message)


def _result(
    invariant: Invariant, scope: Scope, failed: tuple[Violation, Document] | None, tried: int
) -> PropertyResult:
    if failed is not None:
        violation, document = failed
        return PropertyResult(
            invariant, scope, "fails", tried, violation.message, document, violation.changed
        )
    if not scope.targets:
        return PropertyResult(invariant, scope, "not_applicable", 0)
    return PropertyResult(invariant, scope, "holds" if tried else "not_tried", tried)


def _nobody(departments: Departments) -> Text:
    """That none of the departments drawn meets the checks: those that failed for all of them, or else for any."""
    ruleset = departments.ruleset
    identities = [one for one in ruleset.identities if one.blocking]
    always = [number for number, count in departments.unmet.items() if count == departments.drawn]
    named = [identities[number] for number in sorted(always or departments.unmet)]
    listed = ", ".join(f"{one.id} ({one.holds.text})" for one in named)
    tried = departments.drawn
    message = Text(
        f"试过的 {tried} 个部门都不满足这些勾稽关系：{listed}",
        f"none of {tried} departments tried meets these checks: {listed}",
    )
    fix = Text(
        "核对勾稽关系，以及所读事实的范围、选项和记录的键",
        "look at the checks, and at the bounds, options and keys of the facts that they read",
    )
    if not named:
        message = Text(
            f"试过的 {tried} 个部门都不合要求", f"none of {tried} departments tried is a valid one"
        )
    where = named[0].position if named else ruleset.source.position
    problem = Problem("R053", message, where, fix=fix)
    return Text(problem.render("zh"), problem.render("en"))


def _shown(document: Document) -> str:
    return json.dumps(document, sort_keys=True)


class _Memory(DirectoryBasedExampleDatabase):
    """Failures kept in a folder.

    Hypothesis forgets what no longer fails. A search that leaves out an invariant, since it was found
    to fail already, must not forget that one's failure: :meth:`protect` keeps what is there.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._keys: set[bytes] = set()
        self._protected: set[tuple[bytes, bytes]] = set()

    def protect(self) -> None:
        """Keep the failures found so far, the smallest of each; not what was tried on the way to them."""
        tests = {key for key in self._keys if not key.endswith((b".secondary", b".pareto"))}
        self._protected |= {(key, value) for key in tests for value in self.fetch(key)}

    def save(self, key: bytes, value: bytes) -> None:
        self._keys.add(key)
        super().save(key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        if (key, value) not in self._protected:
            super().delete(key, value)


class _Search:
    """Runs Hypothesis over departments, again for each invariant that was found to fail."""

    def __init__(
        self, ruleset: Ruleset, max_examples: int, seed: int | None, database: Path | None, progress: Progress
    ) -> None:
        self.scorer = Scorer(ruleset)
        self.departments = Departments(ruleset)
        self.seed = seed
        self.progress = progress
        self.tried: Counter[str] = Counter()
        self.memory = _Memory(database) if database is not None else None
        self.settings = settings(
            max_examples=max_examples,
            deadline=None,
            database=self.memory,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            print_blob=False,
            derandomize=False,
        )

    def run(self, wanted: dict[str, Scope]) -> tuple[Violation, Document] | Text | None:
        """The smallest failure found, if any; a text says why there was no department to try."""
        smallest: list[tuple[Violation, Document, str]] = []
        left = [SHRINKING_TRIES]
        scored = [0]
        self.tried.clear()

        def property_of_all_departments(document: Document, data: st.DataObject) -> None:
            left[0] -= bool(smallest)
            if left[0] < 0 and _shown(document) != smallest[-1][2]:
                return  # enough of making it smaller: only the smallest so far fails from here on
            try:
                tried = try_department(self.scorer, self.departments, document, data.draw, wanted)
            except Violation as violation:
                smallest.append((violation, violation.shown_by or document, _shown(document)))
                raise
            self.tried.update(tried)
            scored[0] += bool(tried)
            self.progress(scored[0])

        test = property_of_all_departments
        if self.seed is not None:
            # Before the settings: a seed set after them takes their database away.
            test = seeded(self.seed)(test)
        test = given(self.departments.strategy(), st.data())(self.settings(test))
        try:
            with with_reporter(lambda told: None):  # how to repeat a search that found nobody is no news
                test()
        except Unsatisfiable:
            return _nobody(self.departments)
        except Exception:
            if not smallest:
                raise
            if self.memory is not None:
                self.memory.protect()
            violation, document, _ = smallest[-1]
            return violation, document
        return None
