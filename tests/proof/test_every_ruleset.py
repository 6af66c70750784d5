"""Rulesets of all kinds can be asked everything, with hardly any time too: no department is shown that does not score as claimed."""

from __future__ import annotations

import pytest

from engine.proof.budget import Work
from engine.proof.proving import prove, tasks_of
from tests.proof.test_points import SHIPPED, load
from tests.shapes.cases import NAMES

HARDLY_ANY = 0.2
"""As seconds' work for each answer; most are then still found."""
LARGE = {"guangdong/2024", "national/project-2020"}
"""Encoding these takes most of a minute each, whatever the time for an answer."""
RULESETS = [*(f"shapes/{name}" for name in NAMES[::3]), *sorted({*SHIPPED.ids()} - LARGE)]


@pytest.mark.slow
@pytest.mark.parametrize("reference", RULESETS)
def test_every_question_is_answered_somehow(reference: str) -> None:
    ruleset = load(reference)
    answers = prove(ruleset, budget=Work(HARDLY_ANY))
    assert len(answers) == len(tasks_of(ruleset))
    if not reference.startswith("shapes/"):
        assert not [(one.question, one.target) for one in answers if one.state == "refuted"]
