"""durable-rules in the main path: whatever it loses or doubles is told, and it lasts.

That it agrees with the direct evaluation for every ruleset at hand is in ``tests/test_properties.py``.
"""

from __future__ import annotations

import gc
import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import durable_rules_engine
import pytest
from durable.engine import Closure, Host, MessageNotHandledException, MessageObservedException

from engine.errors import InferenceDisagreement, RulesetError
from engine.facts.model import Facts
from engine.facts.reading import load_facts
from engine.inference.direct import evaluate, record_key
from engine.inference.network import BATCH, CHUNK, Network, Session
from engine.inference.reconciled import Inference, message_for
from engine.inference.units import Message, Unit
from engine.ledger.scoring import Scoring
from engine.ruleset.building import build_ruleset
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer, score_directly
from engine.source import parse_source
from engine.testing.examples import fired_rules
from engine.testing.strategies import facts_from
from tests.command import GOLDEN

Verdicts = dict[Message, list[bool]]


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return Library().load("guangdong/2024")


@pytest.fixture(scope="module")
def facts(ruleset: Ruleset) -> Facts:
    return load_facts(Path(GOLDEN), ruleset)


def built(name: str, facts: str, criteria: list[str], points: int) -> Ruleset:
    """A small ruleset of flow-style lines."""
    text = "\n".join([
        f"ruleset: made/{name}", "title: 拼成的规则集", "year: 2024", "money: {unit: 万元, decimals: 2}",
        f"points: {{total: {points}, decimals: 2, rounding: half_up}}", "facts:", facts, "criteria:", *criteria,
    ])  # fmt: skip
    return build_ruleset(parse_source(text.encode(), f"{name}.yaml", RulesetError))


def given(ruleset: Ruleset, **facts: Any) -> Facts:
    return facts_from({"department": "测试", "year": "2024", "facts": facts}, ruleset)


# Disagreements


@pytest.mark.parametrize("change", [lambda found: [], lambda found: found * 2, lambda found: [not found[0]]],
                         ids=["lost", "doubled", "turned"])  # fmt: skip
def test_any_verdict_that_is_lost_doubled_or_turned_is_told_with_its_rule_and_records(
    ruleset: Ruleset,
    facts: Facts,
    change: Callable[[list[bool]], list[bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluation = evaluate(ruleset, facts)
    told_apart: dict[Message, set[str]] = {}
    for rule in ruleset.rules:
        for decision in evaluation.decisions[rule.index] or ():
            key = record_key(rule, decision[0])
            told_apart.setdefault(message_for(rule, decision), set()).add(
                f"{rule.id}[{key}]" if key else rule.id
            )
    assert max(len(paths) for paths in told_apart.values()) > 1, "no two records alike"
    honest = Session.verdicts
    inference = Inference(ruleset)
    for planted, paths in told_apart.items():

        def verdicts(self: Session, messages: Any, planted: Message = planted) -> Verdicts:
            answers = honest(self, messages)
            return {one: change(found) if one == planted else found for one, found in answers.items()}

        monkeypatch.setattr(Session, "verdicts", verdicts)
        with pytest.raises(InferenceDisagreement) as raised:
            inference.decide(facts)
        assert {problem.path for problem in raised.value.problems} == paths
        assert {problem.code for problem in raised.value.problems} == {"X001"}
        assert raised.value.exit_code == 70
    monkeypatch.setattr(Session, "verdicts", honest)
    assert inference.decide(facts).fired == evaluation.fired


@pytest.mark.parametrize("times", [0, 2])
def test_an_action_that_runs_never_or_twice_is_told(
    ruleset: Ruleset, facts: Facts, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Network._definition
    late_filing = next(rule.index for rule in ruleset.rules if rule.id == "late_filing")

    def definition(self: Network, unit: Unit, truth: bool) -> dict[str, Any]:
        defined = honest(self, unit, truth)
        run = defined["run"]

        def repeated(closure: Closure) -> None:
            for _ in range(times):
                run(closure)

        return defined | {"run": repeated} if unit.number == late_filing and truth else defined

    monkeypatch.setattr(Network, "_definition", definition)
    with pytest.raises(InferenceDisagreement) as raised:
        Scorer(ruleset).score(facts)
    fired = fired_rules(score_directly(ruleset, facts))["late_filing"]
    assert [problem.path for problem in raised.value.problems] == [f"late_filing[{key}]" for key in fired]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bodies: bodies[1:],
        lambda bodies: [bodies[0], *bodies],
        lambda bodies: [{**bodies[0], "rule": 9999}, *bodies[1:]],
        lambda bodies: [*bodies[:-1], {**bodies[-1], "rule": 9999}],
    ],
    ids=["dropped", "sent twice", "unknown to every rule", "the last unknown to every rule"],
)
def test_what_the_library_refuses_is_told_and_the_next_department_is_scored(
    ruleset: Ruleset, facts: Facts, spoil: Callable[[list[Any]], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that is refused takes the rest of its batch with it."""
    scorer = Scorer(ruleset)
    honest = Host.assert_facts
    refused: list[str] = []
    deleted: list[str] = []
    delete = Host.delete_state

    def assert_facts(self: Host, name: str, bodies: list[Any]) -> dict[str, Any] | None:
        try:
            return honest(self, name, spoil(list(bodies)))
        except (MessageNotHandledException, MessageObservedException):
            refused.append(bodies[0]["sid"])
            raise

    def delete_state(self: Host, name: str, state: str) -> None:
        deleted.append(state)
        delete(self, name, state)

    with monkeypatch.context() as patch:
        patch.setattr(Host, "assert_facts", assert_facts)
        patch.setattr(Host, "delete_state", delete_state)
        for _ in range(2):
            with pytest.raises(InferenceDisagreement, match="durable-rules nothing"):
                scorer.score(facts)
    # To delete a state that a refused batch has left half made ends the process, now and then.
    assert not {*refused} & {*deleted}
    assert scorer.score(facts).total == score_directly(ruleset, facts).total


# Many departments, many rulesets, many rules


def steps(count: int) -> Ruleset:
    """``count`` rules of which one more fires for each unit of ``x``."""
    rows = [
        f"  - {{id: c{n}, title: 第 {n} 步, points: 1, deductions: [{{id: r{n}, when: x > {n}, deduct: 1, because: 第 {n} 步}}]}}"
        for n in range(count)
    ]
    return built("steps", "  x: {label: 甲, type: number}", rows, count)


def test_over_a_thousand_departments_one_after_the_other() -> None:
    """Where states are not deleted, wrong firings begin with the 609th, and facts vanish after 1,024."""
    ruleset = steps(6)
    scorer = Scorer(ruleset)
    departments = [given(ruleset, x=str(x)) for x in range(7)]
    for number in range(1200):
        assert scorer.score(departments[number % 7]).total == 6 - number % 7, number


def test_thirty_rulesets_made_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()  # what earlier tests let go of is none of this one's
    gc.freeze()  # nor what they keep, which each collection below would go through
    freed: list[int] = []
    free = durable_rules_engine.delete_ruleset

    def delete_ruleset(handle: int) -> None:
        freed.append(handle)
        free(handle)

    monkeypatch.setattr(durable_rules_engine, "delete_ruleset", delete_ruleset)
    for number in range(1, 31):
        ruleset = steps(20)
        scorer = Scorer(ruleset)
        assert [scorer.score(given(ruleset, x=str(x))).total for x in (0, 1, 13)] == [20, 19, 7]
        del scorer
        gc.collect()
        assert len(freed) == number


def test_several_rulesets_side_by_side() -> None:
    """A network's firings stay its own."""
    rulesets = [steps(count) for count in (3, 5, 8)]
    scorers = [Scorer(one) for one in rulesets]
    for x in range(8):
        for one, scorer in zip(rulesets, scorers, strict=True):
            assert scorer.score(given(one, x=str(x))).total == max(0, one.root.points - x)


def test_a_network_can_be_closed_twice() -> None:
    network = Network(steps(2).rules)
    network.close()
    network.close()


@pytest.mark.parametrize("count", [CHUNK, CHUNK + 1, 2 * CHUNK + 50])
def test_more_rules_than_one_network_holds(count: int) -> None:
    ruleset = steps(count)
    scorer = Scorer(ruleset)
    for x in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, count):
        scoring = scorer.score(given(ruleset, x=str(x)))
        assert list(fired_rules(scoring)) == [f"r{n}" for n in range(count) if x > n]


def test_more_messages_than_one_batch_holds() -> None:
    """Every rule is told apart for each of four records: below, at and above its limit, and not given."""
    count = CHUNK + 60
    facts = "  rows: {label: 行, records: {key: id}, fields: {id: {label: 号, type: text}, y: {label: 乙, type: number, optional: true}}}"
    rows = [
        f"  - {{id: c{n}, title: 第 {n} 行, points: 1, deductions: [{{id: r{n}, each: rows, when: given(y) and y >= {n}, deduct: 0.25, because: 第 {n} 行}}]}}"
        for n in range(count)
    ]
    ruleset = built("rows", facts, rows, count)
    records = [{"id": "A"}, {"id": "B", "y": "-1"}, {"id": "C", "y": "100"}, {"id": "D", "y": "99.99"}]
    facts_read = given(ruleset, rows=records)
    decided = evaluate(ruleset, facts_read)
    messages = {
        message_for(rule, one) for rule in ruleset.rules for one in decided.decisions[rule.index] or ()
    }
    assert sum(rule < CHUNK for rule, _ in messages) > BATCH
    fired = fired_rules(Scorer(ruleset).score(facts_read))
    assert Counter(itertools.chain(*fired.values())) == {"C": 101, "D": 100}


def test_findings_pass_through_one_stratum_after_the_other() -> None:
    """Each criterion fires unless the one before it did; they stand in the order against that."""
    count = 25
    rows = [
        f"  - {{id: c{n}, title: 第 {n} 项, points: 1, deductions: [{{id: r{n}, when: {f'findings(c{n - 1}) == 0' if n else 'bad'}, deduct: 1, waivable: true, because: 第 {n} 项}}]}}"
        for n in reversed(range(count))
    ]
    ruleset = built("chain", "  bad: {label: 有问题, type: flag}", rows, count)
    assert sorted({rule.stratum for rule in ruleset.rules}) == list(range(1, count + 1))
    scorer = Scorer(ruleset)

    def fired(scoring: Scoring) -> set[str]:
        return set(fired_rules(scoring))

    assert fired(scorer.score(given(ruleset, bad="true"))) == {f"r{n}" for n in range(0, count, 2)}
    assert fired(scorer.score(given(ruleset, bad="false"))) == {f"r{n}" for n in range(1, count, 2)}
    waived = {
        "department": "测试",
        "year": "2024",
        "facts": {"bad": "true"},
        "waivers": [{"rule": "r4", "reason": "特殊原因"}],
    }
    expected = {"r0", "r2", "r4"} | {f"r{n}" for n in range(5, count, 2)}
    assert fired(scorer.score(facts_from(waived, ruleset))) == expected


def test_a_long_chain_of_findings_is_ordered() -> None:
    count = 1500
    rows = [
        f"  - {{id: c{n}, title: 第 {n} 项, points: 1, deductions: [{{id: r{n}, when: {f'findings(c{n + 1}) > 0' if n + 1 < count else 'bad'}, deduct: 1, because: 第 {n} 项}}]}}"
        for n in range(count)
    ]
    ruleset = built("long-chain", "  bad: {label: 有问题, type: flag}", rows, count)
    assert [rule.id for rule in ruleset.rules] == [f"r{n}" for n in reversed(range(count))]
    assert score_directly(ruleset, given(ruleset, bad="true")).total == 0


def nested_if(depth: int) -> str:
    """``if`` within the condition of an ``if``: its atoms stand in the network twice for each level."""
    inner = "x > 0" if depth == 0 else f"({nested_if(depth - 1)})"
    return f"x > {depth + 1} if {inner} else x < -{depth + 1}"


@pytest.mark.parametrize(
    "condition",
    [
        " or ".join(f"(x > {n} and y > {n})" for n in range(25)),
        " and ".join(f"(x > {n} or y < {n})" for n in range(25)),
        "not (" + " or ".join(f"(x == {n} and not y == {n})" for n in range(20)) + ")",
        "x > 3 if y == 0 else " + " ".join(f"x > {n} if y == {n} else" for n in range(1, 20)) + " x > 20",
        nested_if(8),
        " or ".join(f"x == {n}" for n in range(50)),
        " and ".join(f"(x > {n} or (y > {n} and (x < {n + 9} or y < {n + 9})))" for n in range(10)),
    ],
    ids=["or of ands", "and of ors", "not", "else if", "if in if", "flat", "deep"],
)
def test_large_conditions_are_decided_as_by_direct_evaluation(condition: str) -> None:
    """durable-rules by itself refuses all of these but the flat one."""
    ruleset = built(
        "large",
        "  x: {label: 甲, type: number}\n  y: {label: 乙, type: number}",
        [
            f"  - {{id: c, title: 指标, points: 1, deductions: [{{id: r, when: '{condition}', deduct: 1, because: 是}}]}}"
        ],
        1,
    )
    scorer = Scorer(ruleset)
    totals = Counter(
        int(scorer.score(given(ruleset, x=str(x), y=str(y))).total)
        for x in range(-3, 26)
        for y in (-1, 0, 3, 7, 24, 30)
    )
    assert {*totals} == {0, 1} or condition.startswith("not")
