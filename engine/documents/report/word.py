"""A self-evaluation report in the official outline, as a Word document made by docxtpl.

The template is an ordinary document with Jinja's tags in it, so that a department may bring its own. It
is opened with suspicion and rendered in a sandbox; every value is escaped.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engine.causes import in_both
from engine.documents.apart import MEGABYTES, Exhausted, Failed, apart
from engine.documents.extras import require
from engine.documents.package import check_package, read_limited
from engine.documents.report.content import Report, Section
from engine.documents.report.templates import environment, shipped
from engine.errors import Position, Problem, Text, UsageProblem, one_line

SECONDS = 8
"""Processor time for a department's own template."""
_NUMERALS = "一二三四五六七八九十"


def render(report: Report, template: Path | None = None) -> bytes:
    """The report, by the shipped template or by the user's own."""
    require("docxtpl", "docx")
    name = f"self-evaluation.{report.language}.docx"
    if template is None:
        return _rendered(shipped(name), report, name)
    content = _own(template)
    try:
        return apart(lambda _: _rendered(content, report, str(template)), SECONDS)
    except (Exhausted, Failed) as failure:
        limit = f"{SECONDS} s, {MEGABYTES} MB"
        raise UsageProblem([_wrong(str(failure) or f"more than {limit}", str(template))]) from None


def _rendered(content: bytes, report: Report, name: str) -> bytes:
    from docxtpl import DocxTemplate

    try:
        document = DocxTemplate(io.BytesIO(content))
        document.render(context(report), environment(), autoescape=True)
    except MemoryError:
        raise
    except Exception as failure:  # noqa: BLE001 - a template can raise whatever its expressions can
        line = getattr(failure, "lineno", None)
        raise UsageProblem([_wrong(f"{failure}" + (f", line {line}" if line else ""), name)]) from None
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _wrong(reason: str, name: str) -> Problem:
    shown = one_line(reason)[:300]
    why = in_both(shown)
    message = Text(f"模板有误（{why.zh}）", f"the template is wrong ({why.en})")
    fix = Text("模板中可用的名称见 docs/documents.md", "docs/documents.md lists the names a template may use")
    return Problem("D020", message, Position(name), fix=fix)


def _own(template: Path) -> bytes:
    content = read_limited(template, UsageProblem)
    check_package(content, template, "word/document.xml", UsageProblem)
    return content


def context(report: Report) -> dict[str, Any]:
    """The names that a template may use."""
    facts: dict[str, Any] = {}
    for group in report.figures:
        facts |= {group.name: group.values} if group.name else group.values
    return {
        "department": report.department, "year": report.year, "title": report.title,
        "authority": report.authority, "ruleset": report.ruleset, "total": report.total, "full": report.full,
        "grade": report.grade, "lost": report.lost, "claimed": report.claimed_total, "facts": facts,
        "figures": report.figures, "money": [group for group in report.figures if group.is_money],
        "sections": [_section(one, at) for at, one in enumerate(report.sections, 2)],
        "last_numeral": _numeral(len(report.sections) + 2), "ledger": report.entries,
        "claims": report.claims, "open_points": report.open_points, "warnings": report.warnings,
        "improvements": report.improvements, "evidence": report.evidence, "digests": report.digests,
    }  # fmt: skip


def _section(section: Section, at: int) -> dict[str, Any]:
    return {
        "numeral": _numeral(at), "title": section.title, "points": section.points, "earned": section.earned,
        "lost": section.lost, "claimed": section.claimed, "bars": section.bars, "ledger": section.entries,
    }  # fmt: skip


def _numeral(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones - 1]
    head = "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")
