"""All checks, in the order of their codes."""

from __future__ import annotations

from types import ModuleType

from engine.errors import Position, Problem, Text, UsageProblem
from engine.language.types import suggestion
from engine.ruleset.checks import band_coverage, constant_condition, grade_coverage, points_sum
from engine.ruleset.checks.base import Check
from engine.ruleset.model import Ruleset

MODULES: tuple[ModuleType, ...] = (
    points_sum,
    band_coverage,
    grade_coverage,
    constant_condition,
)


def checks() -> dict[str, Check]:
    """Every check by its code."""
    return {module.CHECK.code: module.CHECK for module in MODULES}


def run_checks(ruleset: Ruleset) -> list[Problem]:
    """Everything the checks find, in reading order, except what the ruleset switches off with a reason."""
    switched_off = {one.check for one in ruleset.document.unchecked}
    found = [
        problem
        for module in MODULES
        if module.CHECK.code not in switched_off or module.CHECK.required
        for problem in module.find(ruleset)
    ]
    return sorted(found, key=lambda problem: problem.where or Position(""))


def page_of(code: str) -> str:
    """A check's page. Raises :class:`UsageProblem` where there is no such check."""
    for module in MODULES:
        if code == module.CHECK.code:
            return (
                f"{code} {module.CHECK.title.zh} {module.CHECK.title.en}\n\n{(module.__doc__ or '').strip()}"
            )
    message = Text(f"没有检查“{code}”", f"there is no check '{code}'")
    raise UsageProblem([Problem("U003", message, fix=suggestion(code, list(checks())))])
