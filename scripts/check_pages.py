"""Writes docs/checks.md and docs/citations.md from the checks: python -m scripts.check_pages."""

from __future__ import annotations

from pathlib import Path

from engine.ruleset.checks.citations import citations_page
from engine.ruleset.checks.pages import checks_page
from engine.testing import coverage

DOCS = Path(__file__).parent.parent / "docs"


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {"checks.md": checks_page([coverage]), "citations.md": citations_page()}


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
