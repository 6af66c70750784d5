"""Facts changed for a comparison are what a file that states them would say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.facts.model import Facts
from engine.language.numbers import Rational
from engine.ruleset.library import Library
from engine.testing.changes import changed_facts, scaled, with_one_more
from engine.testing.strategies import Departments, facts_from
from tests.testing.test_strategies import build, full

TABLE = """
facts:
  spent: {label: 支出, type: money, at_least: 0, at_most: 100}
  rate: {label: 率, type: ratio}
  kinds:
    label: 类别
    records: {key: kind}
    fields:
      kind: {label: 类别, type: choice, options: [甲, 乙]}
      cost: {label: 费用, type: money, optional: true}
  rows:
    label: 行
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      cost: {label: 费用, type: money}
checks:
  - {id: within, holds: sum(cost for rows) <= 300, because: 合计, severity: error}
criteria:
  - id: row
    title: 行
    points: 10
    deductions:
      - {id: by_kind, each: kinds, when: spent > 1, deduct: 1, because: 多}
      - {id: by_row, each: rows, when: cost > 1, deduct: 1, because: 多}
"""


def department(rows: dict[str, str], spent: str = "50") -> dict[str, Any]:
    listed = [{"id": key, "cost": cost} for key, cost in rows.items()]
    facts = {
        "spent": spent,
        "rate": "12%",
        "kinds": [{"kind": "乙"}, {"kind": "甲", "cost": "2.5"}],
        "rows": listed,
    }
    return {"department": "d", "year": "2024", "ruleset": build(TABLE).id, "facts": facts}  # fmt: skip


@pytest.mark.parametrize("name", ["full", "guangdong/2024"])
def test_other_values_are_those_of_a_file_that_states_them(name: str) -> None:
    ruleset = full() if name == "full" else Library().load(name)
    departments = Departments(ruleset)
    names = [fact.name for fact in ruleset.schema.scalars()] + [*ruleset.schema.lists]
    redrawn: list[set[str]] = []

    @settings(
        max_examples=60, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(departments.strategy(), st.data())
    def stated(document: dict[str, Any], data: st.DataObject) -> None:
        facts = facts_from(document, ruleset)
        chosen = data.draw(st.sampled_from(names))
        again = departments.redrawn(facts, {chosen}, data.draw)
        if again is not None:
            assert_stated(departments, document, again)
            redrawn.append(changed_facts(facts, again, ruleset))

    stated()
    assert sum(map(bool, redrawn)) > 20


def assert_stated(departments: Departments, document: dict[str, Any], facts: Facts) -> None:
    read = facts_from(departments.stated(document, facts), departments.ruleset)
    assert read.slots == facts.slots
    assert read.waivers.keys() == facts.waivers.keys()
    assert (read.judgements, read.claimed) == (facts.judgements, facts.claimed)
    assert [one.code for one in read.warnings] == [one.code for one in facts.warnings]


def test_amounts_are_scaled_unless_a_bound_or_a_check_refuses() -> None:
    ruleset = build(TABLE)
    document = department({"a": "100", "b": "0.5"})
    facts = facts_from(document, ruleset)
    twice = scaled(facts, ruleset, 2)
    assert twice is not None
    stated = Departments(ruleset).stated(document, twice)["facts"]
    assert stated == {
        "spent": "100", "rate": "12%", "kinds": [{"kind": "乙"}, {"kind": "甲", "cost": "5"}],
        "rows": [{"id": "a", "cost": "200"}, {"id": "b", "cost": "1"}],
    }  # fmt: skip
    assert scaled(facts, ruleset, 3) is None  # 150 > 100
    assert scaled(facts_from(department({"a": "200"}, spent="1"), ruleset), ruleset, 2) is None  # the check


def test_one_more_record_has_a_key_of_its_own_in_its_place() -> None:
    ruleset = build(TABLE)
    by_kind, by_row = ruleset.rule("by_kind"), ruleset.rule("by_row")
    assert by_kind is not None
    assert by_row is not None
    facts = facts_from(department({"b": "2", "a": "1", "a+0": "3"}), ruleset)
    more = with_one_more(facts, ruleset, by_row, "a")
    assert more is not None
    assert by_row.each is not None
    assert more.slots[by_row.each.slot] == tuple(
        (key, Rational(cost)) for key, cost in (("a", 1), ("a+0", 3), ("a+1", 1), ("b", 2))
    )
    assert with_one_more(facts, ruleset, by_kind, "甲") is None  # no option is left
    assert with_one_more(facts_from(department({"a": "200"}), ruleset), ruleset, by_row, "a") is None
