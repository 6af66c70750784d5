"""Writes the table of planted faults into docs/testing.md from their case files: python -m scripts.fault_table."""

from __future__ import annotations

from pathlib import Path

from tests.faults.planting import HEAD, table

PAGE = Path(__file__).parent.parent / "docs" / "testing.md"


def page(written: str) -> str:
    """The page ``written`` with its table as the case files have it."""
    before, head, rest = written.partition(HEAD)
    assert head, "the page has no table of faults"
    _, blank, after = rest.partition("\n\n")
    return f"{before}{table()}{blank[:1]}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
