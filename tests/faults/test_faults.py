"""Each planted fault is found by just the tools that its case names, and nothing is found in its clean twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.fault_table import page
from tests.command import ROOT
from tests.faults.planting import CLEAN_DEPARTMENTS, TOOLS, Planted, found_in, read_cases

CASES = [*read_cases()]
FAULTS = [fault for case in CASES for fault in case.faults]


@pytest.mark.slow
@pytest.mark.parametrize("clean", [case.clean for case in CASES], ids=str)
def test_nothing_is_found_in_a_clean_ruleset(clean: Planted, tmp_path: Path) -> None:
    assert found_in(clean.text, tmp_path, CLEAN_DEPARTMENTS) == clean.expected


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found_by_just_these(fault: Planted, tmp_path: Path) -> None:
    assert found_in(fault.text, tmp_path) == fault.expected


def test_each_tool_finds_what_others_do_not() -> None:
    """That there is reason to have all four: each finds something that no example shows, or finds it alone."""
    found = [{tool for tool in TOOLS if tool in fault.expected} for fault in FAULTS]
    assert {"check"} in found
    assert {"example"} in found
    assert {"proof"} in [tools - {"check", "example"} for tools in found]
    assert {"property"} in found


def test_the_documentation_has_the_table() -> None:
    """Write it anew with: python -m scripts.fault_table."""
    written = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert written == page(written)
