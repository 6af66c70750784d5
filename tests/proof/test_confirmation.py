"""A department that does not score as the solver says is a fault (X004, exit 70), whichever question it is shown for.

Each test makes the encoding wrong in one place and asks one question. Without the score's word it would be
answered, and wrongly.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import RulesetError, UnconfirmedWitness
from engine.proof import encoding, leaves
from engine.proof.answers import Answer
from engine.proof.arithmetic import TRUE, Bool, Expr, number, total
from engine.proof.budget import Work
from engine.proof.encoding import Coded
from engine.proof.points import Points
from engine.proof.prover import Prover
from engine.proof.proving import answered, tasks_of
from engine.proof.questions import monotone
from engine.proof.scores import Scores
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Criterion, Ruleset
from engine.source import parse_source
from tests.command import PATIENCE, ROOT, settings
from tests.proof.test_prove import CLEAN

Patch = pytest.MonkeyPatch

LAST = """\
  - id: last
    title: 末项
    points: 10
"""
GAP = ("above: 40, earn: 0", "above: 41, earn: 0")
SECOND_BANDS = f"""\
{LAST}    score:
      of: late
      bands: [{{up_to: 20, earn: 10}}, {{above: 20, up_to: 30, earn: 5}}, {{above: 30, earn: 0}}]
"""
VETOED = f"""\
{LAST}    deductions:
      - {{id: first, when: not audited, deduct: 10, because: 未审计}}
      - {{id: idle, when: not audited, deduct: 4, because: 未审计}}
    veto: {{when: not audited, earn: 0, because: 未审计}}
"""
BONUSES = f"""\
{LAST}    score: 0
    bonuses:
      - {{id: first, when: audited, add: 5, because: 已审计}}
      - {{id: idle, when: audited, add: 5, because: 已审计}}
    bonus_at_most: 5
"""
CHARGED = f"""\
{LAST}    deductions:
      - {{id: first, each: contracts, when: price > 5, deduct: 1, because: 高价}}
      - {{id: nothing, each: contracts, when: price > 6, deduct: "points * max(0%, price / price - 100%)", because: 高价}}
"""
CONTRACTS = """\
  contracts:
    label: 合同
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      price: {label: 价格, type: money, at_least: 1}
measures:
"""


def built(*replacements: tuple[str, str], more: str = "") -> Ruleset:
    text = CLEAN.replace("total: 30", "total: 40") + more if more else CLEAN
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return build_ruleset(parse_source(text.encode(), "table.yaml", RulesetError))


def asked(ruleset: Ruleset, question: str, target: str) -> Answer:
    (task,) = [one for one in tasks_of(ruleset) if one.question.id == question and one.target.name == target]
    return answered(Prover([ruleset], Work(60)), task)


def other_comparison(patch: Patch, wrong: dict[str, str]) -> None:
    """Comparisons are encoded with another sign."""
    right = encoding.compared
    patch.setattr(encoding, "compared", lambda sign, one, two: right(wrong.get(sign, sign), one, two))


def other_leaf(patch: Patch, name: str, changed: Callable[[Scores, Points], Points]) -> None:
    """The leaf called ``name`` has other points than its own."""
    right = Scores._leaf

    def leaf(self: Scores, node: Criterion) -> Points:
        return changed(self, right(self, node)) if node.id == name else right(self, node)

    patch.setattr(Scores, "_leaf", leaf)


def without_it_more(patch: Patch, more: int) -> None:
    """A leaf is said to earn something else without the rule, whatever the rule."""
    patch.setattr(
        Scores,
        "earned_without",
        lambda self, rule: total((self.earned_with_all(rule.criterion), number(more))),
    )


def never_fires(patch: Patch) -> Ruleset:
    other_comparison(patch, {">": ">="})
    return built(("late > 100", "late > 400"))


def always_fires(patch: Patch) -> Ruleset:
    other_comparison(patch, {">=": ">"})
    return built(("late > 100", "late >= 0"))


def below_nothing(patch: Patch) -> Ruleset:
    other_leaf(patch, "order", lambda self, own: Points(own.full, number(-1)))
    return built()


def limits_left_out(patch: Patch) -> Ruleset:
    right = leaves.within

    def within(value: Expr, allowed: Any, words: Any) -> Bool:
        outside = right(value, allowed, words)
        return outside if allowed.high is None else outside & (value != number(allowed.high))

    patch.setattr(leaves, "within", within)
    return built()


def bands_of_another(patch: Patch) -> Ruleset:
    """The product does say R062, but of another criterion."""
    ruleset, right = built(GAP, more=SECOND_BANDS), Scores.band_rows
    first: Any = ruleset.criteria["timeliness"].score
    patch.setattr(Scores, "band_rows", lambda self, score: right(self, first))
    return ruleset


def undefined_by_another(patch: Patch) -> Ruleset:
    """The product has no score, but for another criterion's reason."""

    def changed(self: Scores, own: Points) -> Points:
        return Points(own.full, own.earned, defined=self.points(self.ruleset.criteria["execution"]).defined)

    other_leaf(patch, "order", changed)
    return built(("at_least: 0.01}", "at_least: 0}"))


def defined_nowhere(patch: Patch) -> Ruleset:
    other_leaf(patch, "order", lambda self, own: Points(own.full, own.earned, defined=~TRUE))
    return built()


def worse_for_better(patch: Patch) -> Ruleset:
    """The points do fall, but as the value gets worse."""
    right, turned = monotone._falls, {"higher": "lower", "lower": "higher"}

    def falls(scores: Scores, node: Criterion, name: str, new: Expr, old: Expr, way: Any) -> Bool:
        return right(scores, node, name, new, old, turned[way])

    patch.setattr(monotone, "_falls", falls)
    return built()


def falls_everywhere(patch: Patch) -> Ruleset:
    other_leaf(
        patch,
        "timeliness",
        lambda self, own: Points(own.full, self.encoder.replaced.get("late", number(0))),
    )
    return built()


def idle_beside_a_veto(patch: Patch) -> Ruleset:
    without_it_more(patch, 1)
    return built(more=VETOED)


def idle_bonus(patch: Patch) -> Ruleset:
    """Either bonus alone is as much as both: the second's line has nothing, and the first makes up for it."""
    without_it_more(patch, -1)
    return built(more=BONUSES)


def nothing_charged(patch: Patch) -> Ruleset:
    """Both rules fire for the record, but one asks for nothing."""
    patch.setattr(Scores, "amount", lambda self, rule: Coded(number(1), TRUE))
    return built(("measures:\n", CONTRACTS), more=CHARGED)


WRONG: dict[str, tuple[Callable[[Patch], Ruleset], str, str]] = {
    "fires": (never_fires, "fires", "very_late"),
    "silent": (always_fires, "silent", "very_late"),
    "bounded": (below_nothing, "bounded", "order"),
    "bands": (limits_left_out, "bands", "timeliness"),
    "bands, and another's are": (bands_of_another, "bands", "last"),
    "defined": (defined_nowhere, "defined", "order"),
    "defined, and another is not": (undefined_by_another, "defined", "order"),
    "monotone": (falls_everywhere, "monotone", "timeliness: late"),
    "monotone, the other way": (worse_for_better, "monotone", "timeliness: late"),
    "costs, beside a veto": (idle_beside_a_veto, "costs", "idle"),
    "costs, a bonus": (idle_bonus, "costs", "idle"),
    "twice, and one asks for nothing": (nothing_charged, "twice", "first + nothing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_encoding_is_a_fault(monkeypatch: Patch, name: str) -> None:
    plant, question, target = WRONG[name]
    with monkeypatch.context() as patch:
        ruleset = plant(patch)
        with pytest.raises(UnconfirmedWitness) as caught:
            asked(ruleset, question, target)
    assert [problem.code for problem in caught.value.problems] == ["X004"]
    assert caught.value.exit_code == 70
    assert question in caught.value.problems[0].message.en
    # The question is answered, and otherwise, when the encoding is right.
    right = asked(ruleset, question, target)
    shown = {"fires": "proved", "silent": "proved", "costs": "proved"}.get(question, "refuted")
    assert right.state not in (shown, "unknown")


def test_the_command_ends_with_exit_70(tmp_path: Any) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(CLEAN.replace("late > 100", "late > 400"), encoding="utf-8")
    program = (
        "import sys; from engine.proof import encoding; right = encoding.compared\n"
        "encoding.compared = lambda sign, one, two: right('>=' if sign == '>' else sign, one, two)\n"
        "from cli.main import main; sys.argv = ['audit', '--lang', 'en', 'rules', 'prove', *sys.argv[1:]]; main()"
    )
    for names in ([], ["very_late"]):
        run = subprocess.run(
            [sys.executable, "-c", program, str(path), *names],
            cwd=ROOT, env=settings(), capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert run.returncode == 70, run.stderr
        assert "X004" in run.stderr
        assert "proved" not in run.stdout
        assert "Traceback" not in run.stderr
