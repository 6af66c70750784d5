"""``audit rules test --property`` as a user meets it: what fails is shown, can be scored, and is remembered."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.testing.invariants.registry import INVARIANTS
from engine.testing.properties import PropertyResult, run_properties
from tests.command import ROOT, audit
from tests.testing.test_strategies import HEAD, build

RATED = """
facts:
  spent: {label: 支出, type: money, at_least: 0}
  budget: {label: 预算, type: money, at_least: 0.01}
measures:
  rate: {label: 执行率, value: spent / budget}
criteria:
  - id: execution
    title: 执行
    points: 10
    better: {rate: higher}
    score:
      of: rate
      bands:
        - {below: 60%, earn: 0}
        - {from: 60%, below: 80%, earn: 6}
        - {from: 80%, below: 90%, earn: 8}
        - {from: 90%, earn: 10}
"""
WRONG = RATED.replace("earn: 8", "earn: 5")


def results(ruleset: Ruleset, *, examples: int = 60) -> dict[str, PropertyResult]:
    return {one.invariant.name: one for one in run_properties(ruleset, max_examples=examples, seed=1)}


def departments_shown(out: str) -> list[str]:
    """The facts files in the output, as a user would copy them."""
    found: list[list[str]] = []
    inside = False
    for line in out.splitlines():
        inside = line.startswith("      department:") or (
            inside and re.match(r"      [^(]*$", line) is not None
        )
        inside = inside and not line.startswith("      The department")
        if line.startswith("      department:"):
            found.append([])
        if inside:
            found[-1].append(line)
    return [textwrap.dedent("\n".join(lines)) for lines in found]


def test_a_wrong_direction_is_shown_by_two_departments_that_can_be_scored(tmp_path: Path) -> None:
    table = tmp_path / "table.yaml"
    table.write_text(HEAD + WRONG, encoding="utf-8")
    run = audit(
        "--lang", "en", "rules", "test", table, "--property", "--max-examples", "400",
        AUDIT_CACHE=str(tmp_path / "cache"),
    )  # fmt: skip
    assert run.code == 1
    told = re.search(r"✗ monotone .*it earns (\S+) → (\S+)", run.out)
    assert told is not None
    points = []
    for number, text in enumerate(departments_shown(run.out)):
        facts = tmp_path / f"{number}.yaml"
        facts.write_text(text, encoding="utf-8")
        scored = audit("score", facts, "--ruleset", table, "--format", "csv")
        assert scored.code == 0, scored.err
        points.append(re.search(r"execution,.*", scored.out))
        assert re.search(rf"\b{told[number + 1]}\b", points[-1][0] if points[-1] else ""), scored.out
    assert len(points) == 2


def test_a_failure_is_remembered_and_tried_first(tmp_path: Path) -> None:
    """With one department alone nothing would be found; what was found before is found again."""
    table = tmp_path / "table.yaml"
    table.write_text(HEAD + WRONG, encoding="utf-8")
    one = ("rules", "test", table, "--property", "--max-examples", "1", "--seed", "3")
    assert audit(*one, AUDIT_CACHE=str(tmp_path / "empty")).code == 0
    cache = {"AUDIT_CACHE": str(tmp_path / "cache")}
    assert audit("rules", "test", table, "--property", "--max-examples", "400", **cache).code == 1
    assert "✗ monotone" in audit(*one, **cache).out
    table.write_text(HEAD + RATED, encoding="utf-8")
    assert audit(*one, **cache).code == 0


def test_a_right_table_holds_and_every_invariant_is_told() -> None:
    found = results(build(RATED))
    assert [*found] == [one.name for one in INVARIANTS]
    states = {name: one.state for name, one in found.items()}
    assert states.pop("unread") == states.pop("one_more") == "not_applicable"
    assert set(states.values()) == {"holds"}
    assert found["monotone"].tried > 30


def test_a_measure_over_records_is_varied_too() -> None:
    """The list is redrawn; what the criterion reads of it apart from the measure stays equal."""
    listed = """
facts:
  targets:
    label: 指标
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      actual: {label: 完成, type: number, at_least: 0}
measures:
  attained: {label: 完成率, value: "sum(min(actual / 100, 100%) for targets) / count(targets) if count(targets) > 0 else 0%"}
criteria:
  - id: output
    title: 产出
    points: 10
    better: {attained: higher}
    applies: count(targets) > 1
    if_not: full
    score: points * attained
"""
    right = results(build(listed))["monotone"]
    assert right.state == "holds"
    assert right.tried > 5
    wrong = results(build(listed.replace("points * attained", "points * (1 - attained)")))["monotone"]
    assert wrong.state == "fails"


def test_where_the_list_is_read_record_by_record_the_direction_is_not_tried_but_told() -> None:
    listed = """
facts:
  targets:
    label: 指标
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      met: {label: 完成, type: flag}
measures:
  share: {label: 完成率, value: "count(targets where met) / count(targets) if count(targets) > 0 else 0%"}
criteria:
  - id: output
    title: 产出
    points: 10
    better: {share: higher}
    score: points * share
    deductions:
      - {id: missed, each: targets, when: not met, deduct: 1, because: 未完成}
"""
    found = results(build(listed), examples=20)
    assert found["monotone"].state == "not_applicable"
    assert "targets" in found["monotone"].scope.left_out["output"].en
    assert found["one_more"].scope.left_out["output"].en == "reads its list in another way as well"


def test_a_division_that_nothing_guards_is_found() -> None:
    """A divisor that may be 0 is a place where a score turns, so departments are put on it."""
    unguarded = RATED.replace("at_least: 0.01", "at_least: 0")
    (found,) = run_properties(build(unguarded), seed=1, only=["defined"])
    assert found.state == "fails"
    assert found.counterexample is not None
    assert found.counterexample["facts"]["budget"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*Library().ids()])
def test_the_shipped_rulesets_hold(name: str) -> None:
    found = results(Library().load(name), examples=40)
    assert {name: one.state for name, one in found.items() if one.state == "fails"} == {}


def test_every_invariant_has_its_section_in_the_documentation() -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    for one in INVARIANTS:
        assert (
            f"| `{one.name}` | {one.title.zh}<br>{one.title.en} | {one.statement.zh}<br>{one.statement.en} |"
            in page
        )
