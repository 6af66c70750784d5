"""``audit rules mutate``: a slip that no example would notice is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_rules_test import TABLE
from tests.command import audit


def table(tmp_path: Path, examples: int) -> Path:
    """The small table, with so many of its two examples."""
    text = TABLE.replace("TOTAL", "6")
    path = tmp_path / "table.yaml"
    lines = text.splitlines()
    path.write_text("\n".join(lines[: len(lines) - 2 + examples]) + "\n", encoding="utf-8")
    return path


def test_examples_on_both_sides_of_the_limit_kill_every_slip(tmp_path: Path) -> None:
    verdicts = json.loads(audit("rules", "mutate", table(tmp_path, 2), "-f", "json").out)
    assert {one["change"] for one in verdicts} == {
        "late > 5 → late >= 5",
        "late > 5 → late > 6",
        "late > 5 → late > 4",
        "4 → 5",
        "4 → 3",
    }
    assert {one["killed_by"] for one in verdicts} == {"examples"}


def test_what_one_example_alone_leaves_alive_is_told(tmp_path: Path) -> None:
    path = table(tmp_path, 1)
    run = audit("--lang", "en", "rules", "mutate", path, "--fail-under", "95")
    assert run.code == 1
    assert f"{path}:13:51: " in run.out
    assert "4 → 5" in run.out
    assert "late > 5 → late >= 5" not in run.out
    assert "5 mutants, 2 killed (40.0%)" in run.out
