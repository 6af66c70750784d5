"""``audit rules diff``: what changed, in words; layout and names changed everywhere are no change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.command import GOLDEN, ROOT, audit

SHIPPED = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")


def differences(tmp_path: Path, *replacements: tuple[str, str]) -> list[dict[str, str]]:
    """The changes from the shipped table to a copy with texts replaced."""
    text = SHIPPED
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    run = audit("rules", "diff", "guangdong/2024", path, "-f", "json")
    assert run.code == 0, run.err
    changes: list[dict[str, str]] = json.loads(run.out)["changes"]
    return changes


def late_filing(old: str, new: str) -> tuple[str, str]:
    """A change inside the rule late_filing."""
    start = SHIPPED.index("- id: late_filing")
    end = SHIPPED.index("- id:", start + 5)
    block = SHIPPED[start:end]
    assert old in block
    return block, block.replace(old, new, 1)


def test_a_ruleset_does_not_differ_from_itself() -> None:
    run = audit("--lang", "en", "rules", "diff", "guangdong/2024", "guangdong/2024")
    assert (run.code, run.out) == (0, "Nothing that bears on a score changed.\n")


def test_layout_and_comments_are_no_change(tmp_path: Path) -> None:
    spaced = SHIPPED.replace(
        "execution_rate < explanation_below", "(execution_rate)   <   (explanation_below)"
    )
    path = tmp_path / "changed.yaml"
    path.write_text(
        "# a new comment\n" + re.sub(r"^ +#.*\n", "", spaced, flags=re.MULTILINE), encoding="utf-8"
    )
    assert json.loads(audit("rules", "diff", "guangdong/2024", path, "-f", "json").out)["changes"] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("execution_rate", "rate_of_execution"), ("filing_days", "days_to_file"), ("contracts", "deals")],
)
def test_a_name_changed_everywhere_is_no_change(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "changed.yaml"
    path.write_text(re.sub(rf"(?<!Procurement )\b{old}\b", new, SHIPPED), encoding="utf-8")
    assert json.loads(audit("rules", "diff", "guangdong/2024", path, "-f", "json").out)["changes"] == []


@pytest.mark.parametrize(
    ("change", "path", "before", "after"),
    [
        (("value: 90%", "value: 85%"), "explanation_below", "90.00%", "85.00%"),
        (late_filing("deduct: 1", "deduct: 0.5"), "late_filing", "1", "0.5"),
        (late_filing("> filing_days", "> 2 * filing_days"), "late_filing", "filing_days", "2 * filing_days"),
        (late_filing("> filing_days", ">= filing_days"), "late_filing", "> filing_days", ">= filing_days"),
        (
            ("score: points * min(execution_rate, 100%)", "score: points * min(execution_rate, 95%)"),
            "execution",
            "100%",
            "95%",
        ),
        (("from: 90, grade: 优", "from: 92, grade: 优"), "grades", "[90", "[92"),
    ],
)
def test_a_change_is_told_at_its_place(
    tmp_path: Path, change: tuple[str, str], path: str, before: str, after: str
) -> None:
    changes = differences(tmp_path, change)
    assert [one["path"] for one in changes] == [path]
    assert before in changes[0]["before"]
    assert after in changes[0]["after"]


def test_a_removed_rule_and_an_added_one(tmp_path: Path) -> None:
    block, renamed = late_filing("id: late_filing", "id: filed_too_late")
    changes = differences(
        tmp_path, (block, renamed), ("[late_filing", "[filed_too_late"), ("late_filing:", "filed_too_late:")
    )
    assert {(one["kind"], one["path"]) for one in changes} >= {
        ("removed", "late_filing"),
        ("added", "filed_too_late"),
    }


def test_points_and_a_moved_criterion(tmp_path: Path) -> None:
    tables = []
    for name, first, second in (("one", "[{id: c, title: C, points: 4}]", "[{id: d, title: D, points: 6}]"),
                                ("two", "[{id: d, title: D, points: 5}]", "[{id: c, title: C, points: 5}]")):  # fmt: skip
        sums = ("4", "6") if name == "one" else ("5", "5")
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            f"ruleset: {name}\ntitle: 表\nyear: 2024\nmoney: {{unit: 元, decimals: 2}}\n"
            "points: {total: 10, decimals: 2, rounding: half_up}\nfacts: {x: {label: X, type: flag}}\ncriteria:\n"
            f"  - {{id: a, title: A, points: {sums[0]}, criteria: {first}}}\n"
            f"  - {{id: b, title: B, points: {sums[1]}, criteria: {second}}}\n",
            encoding="utf-8",
        )
        tables.append(path)
    run = audit("--lang", "en", "rules", "diff", *tables)
    assert "criterion c (C): moved from 'A' to 'B'" in run.out
    assert "criterion a (A): the points changed from 4 to 5" in run.out


def test_with_facts_both_ledgers_stand_side_by_side(tmp_path: Path) -> None:
    block, changed = late_filing("deduct: 1", "deduct: 0.5")
    path = tmp_path / "changed.yaml"
    path.write_text(SHIPPED.replace(block, changed).replace("year: 2024", "year: 2025", 1), encoding="utf-8")
    run = audit("rules", "diff", "guangdong/2024", path, "--facts", GOLDEN)
    assert run.code == 0
    total = next(line for line in run.out.splitlines() if line.startswith("总分"))
    assert total.split() == ["总分", "97.41", "97.91", "+0.50"]
    assert "仅在前者\n  1.00  合同备案时效" in run.out
    assert "仅在后者\n  0.50  合同备案时效" in run.out


def test_a_ruleset_that_cannot_be_read_is_exit_4(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("ruleset: [", encoding="utf-8")
    run = audit("rules", "diff", "guangdong/2024", path)
    assert (run.code, run.out) == (4, "")


@pytest.mark.parametrize(
    ("old", "new", "path", "told"),
    [
        ("money: {unit: 万元, decimals: 2}", "money: {unit: 万元, decimals: 0}", "money", "decimals that money is shown with"),
        ("    label: {zh: 固定资产利用率, en: Use rate of fixed assets}", "    at_least: 10%\n    label: {zh: 固定资产利用率, en: Use rate of fixed assets}", "asset_use_rate", "the range allowed"),
        ("records: {key: id}\n    fields:\n      id: {label: {zh: 收入编号, en: Id}, type: text}", "records: {key: no}\n    fields:\n      no: {label: {zh: 收入号, en: No}, type: text}\n      id: {label: {zh: 收入编号, en: Id}, type: text}", "receipts", "the key"),
    ],
    ids=["money", "a measure's range", "a list's key"],
)  # fmt: skip
def test_what_decides_whether_facts_are_usable_is_a_change(
    tmp_path: Path, old: str, new: str, path: str, told: str
) -> None:
    found = [one for one in differences(tmp_path, (old, new)) if one["path"] == path]
    assert len(found) == 1
    assert told in found[0]["en"]


def test_only_the_decimals_shown_change_no_bounds(tmp_path: Path) -> None:
    changes = differences(tmp_path, ("money: {unit: 万元, decimals: 2}", "money: {unit: 万元, decimals: 0}"))
    assert [one["path"] for one in changes] == ["money"]
