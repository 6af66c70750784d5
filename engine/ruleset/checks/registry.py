"""All checks, in the order of their codes."""

from __future__ import annotations

from types import ModuleType

from engine.errors import Position, Problem
from engine.ruleset.checks import (
    band_coverage,
    bare_ratio,
    beyond_points,
    constant_condition,
    contrary_direction,
    deadline_counting,
    grade_coverage,
    idle_deduction,
    implausible_ratio,
    list_within_itself,
    message_facts,
    missing_basis,
    missing_source,
    missing_texts,
    points_sum,
    same_condition,
    unknown_expectation,
    unreachable_case,
    unread_fact,
    unread_measure,
)
from engine.ruleset.checks.base import EXAMPLES_CODE, Check
from engine.ruleset.model import Ruleset

MODULES: tuple[ModuleType, ...] = (
    points_sum,
    band_coverage,
    grade_coverage,
    unreachable_case,
    constant_condition,
    idle_deduction,
    unread_fact,
    unread_measure,
    missing_basis,
    missing_source,
    beyond_points,
    same_condition,
    contrary_direction,
    message_facts,
    missing_texts,
    implausible_ratio,
    deadline_counting,
    unknown_expectation,
    list_within_itself,
)

WHEN_READ: tuple[ModuleType, ...] = (bare_ratio,)
"""Pages of errors that are found when a ruleset is read, and that are checks to an editor all the same."""


def checks() -> dict[str, Check]:
    """Every check by its code."""
    return {module.CHECK.code: module.CHECK for module in MODULES}


def codes_to_switch_off() -> list[str]:
    """The codes that ``unchecked`` may name."""
    return [*(code for code, check in checks().items() if not check.required), EXAMPLES_CODE]


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
