"""What ``diff --prove`` says of two rulesets is borne out by departments that nobody chose for it."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from engine.errors import AuditError, RulesetError
from engine.facts.reading import read_facts
from engine.language.numbers import ZERO
from engine.ledger.scoring import Scoring
from engine.proof.budget import Work
from engine.proof.difference.comparing import difference_in_points
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly
from engine.testing.mutants import mutants
from engine.testing.sources import source_of
from engine.testing.strategies import departments
from tests.proof.test_difference import RECORDS, built
from tests.proof.test_prove import CLEAN
from tests.shapes.cases import load

SHAPES = (
    "02-points-per-percentage-point", "04-deviation-both-sides", "08-bands", "11-per-occurrence",
    "17-optional-pool", "17-rescaled-to-100", "19-bonus-per-case", "20-veto-lowest-tier",
    "24-money-weighted-projects", "26-m-of-n-elements", "exact-best-and-weakest", "exact-findings",
)  # fmt: skip
DEPARTMENTS = settings.default.max_examples
MOST = DEPARTMENTS // 8
"""Mutants of each ruleset: all of them with the thorough profile."""
CONTRADICTING = {
    "equivalent": lambda loss: loss != 0,
    "stricter": lambda loss: loss < 0,
    "more lenient": lambda loss: loss > 0,
}


def _rulesets() -> dict[str, Ruleset]:
    return {
        "clean": built(text=CLEAN),
        "records": built(text=RECORDS),
        **{name: load(name) for name in SHAPES},
    }


def _changed(ruleset: Ruleset) -> list[tuple[str, Ruleset]]:
    """Evenly chosen mutants that still are rulesets."""
    every = list(mutants(ruleset.source))
    found: list[tuple[str, Ruleset]] = []
    for mutant in islice(every, 0, None, max(1, len(every) // MOST)):
        try:
            found.append((str(mutant.change), build_ruleset(mutant.root)))
        except RulesetError:
            continue
    return found


def _scored(document: dict[str, object], ruleset: Ruleset) -> Scoring | None:
    try:
        return score_directly(ruleset, read_facts(source_of(document, "facts.json"), ruleset, any_year=True))
    except AuditError:
        return None


@pytest.mark.parametrize("name", ["clean", "records", *SHAPES])
def test_no_department_contradicts_a_verdict(name: str) -> None:
    before = _rulesets()[name]
    changed = _changed(before)
    verdicts = [(what, after, difference_in_points(before, after, Work(1))) for what, after in changed]
    assert verdicts
    assert any(one.verdict in CONTRADICTING for _, _, found in verdicts for one in found)

    @settings(
        max_examples=DEPARTMENTS, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(departments(before))
    def borne_out(document: dict[str, object]) -> None:
        one = _scored(document, before)
        for what, after, found in verdicts if one is not None else ():
            two = _scored(document, after)
            for difference in found if two is not None else ():
                target = difference.criterion.id
                nodes = one.nodes.get(target), two.nodes.get(target)
                if difference.verdict not in CONTRADICTING or None in nodes:
                    continue
                assert nodes[0].in_play == nodes[1].in_play, (what, target, difference.verdict)
                loss = nodes[0].earned - nodes[1].earned if nodes[0].in_play else ZERO
                assert not CONTRADICTING[difference.verdict](loss), (what, target, difference.verdict)

    borne_out()
