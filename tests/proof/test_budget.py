"""What an answer may cost: by the clock for people, by the solver's own count where nothing may depend on time."""

from __future__ import annotations

import pytest
import z3

from engine.proof.budget import Budget, Seconds, Work
from engine.proof.solving import ask

LITTLE = 0.02
LONG = 3600.0


def cubes(total: int) -> z3.Solver:
    """Whether three cubes come to so much, one of them large: of 42 no solver will know."""
    one, two, three = z3.Ints("one two three")
    solver = z3.Solver()
    solver.add(one * one * one + two * two * two + three * three * three == total, one > 1)
    return solver


def test_work_ends_where_it_is_used_up_whatever_the_time() -> None:
    budget = Work(LONG)
    for _ in range(2):
        solver, before = cubes(42), budget.spent()
        budget.limit(solver, LITTLE)
        assert ask(solver, budget) == "unknown"
        assert LITTLE <= budget.spent() - before < 2 * LITTLE


@pytest.mark.parametrize("budget", [Seconds(LONG), Work(LONG)], ids=["seconds", "work"])
def test_an_effort_is_work_by_either(budget: Budget) -> None:
    solver = cubes(42)
    budget.limit(solver, LONG, effort=LITTLE)
    assert ask(solver, budget) == "unknown"


@pytest.mark.parametrize("budget", [Seconds(LONG), Work(LONG)], ids=["seconds", "work"])
def test_a_limit_holds_until_another_is_set(budget: Budget) -> None:
    solver = cubes(10)
    budget.limit(solver, LONG, effort=0.000_001)
    assert ask(solver, budget) == "unknown"
    budget.limit(solver, LONG)
    assert ask(solver, budget) == "possible"


def test_seconds_pass_by_themselves() -> None:
    solver, budget = cubes(42), Seconds(LONG)
    budget.limit(solver, 0.001)
    assert ask(solver, budget) == "unknown"


def test_what_was_spent_before_is_no_part_of_a_budget() -> None:
    """The solver's count goes on from question to question, whoever asks."""
    Work(LONG).limit(before := cubes(42), 1)
    assert before.check() == z3.unknown
    budget = Work(LONG)
    started = budget.spent()
    easy = z3.Solver()
    easy.add(z3.Int("one") > 1)
    assert ask(easy, budget) == "possible"
    assert budget.spent() - started < LITTLE
