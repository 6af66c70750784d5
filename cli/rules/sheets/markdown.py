"""A ruleset as Markdown: headings and tables for a document or an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cli.context import Session
from cli.rules.sheets import level_cells, points_cell
from engine.errors import Text, one_line
from engine.ruleset.sheet import Section, Sheet

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#&~])")


def render(sheet: Sheet, session: Session) -> str:
    """The whole ruleset as one Markdown document."""
    colon = session.say(Text("：", ": "))
    about = [f"- {session.say(name)}{colon}{_cell(session.say(value))}" for name, value in sheet.about()]
    parts = [f"# {_cell(session.say(sheet.ruleset.title))}", "\n".join(about), _main(sheet, session)]
    if sheet.whole:
        parts.append("\n".join(f"- {_cell(session.say(line))}" for line in sheet.whole))
    return "\n\n".join([*parts, *(_section(section, session) for section in sheet.sections)])


def _main(sheet: Sheet, session: Session) -> str:
    rows, above = [], None
    for row in sheet.rows:
        levels = [_cell(cell) for cell in level_cells(row, above, sheet.depth, session)]
        rows.append([*levels, points_cell(row), _lines(row.lines, session), _lines(row.basis, session)])
        above = row
    align = ["---"] * sheet.depth + ["---:", "---", "---"]
    return _table([session.say(one) for one in sheet.headings()], align, rows)


def _section(section: Section, session: Session) -> str:
    rows = [[_cell(session.say(cell)) for cell in row] for row in section.rows]
    headings = [session.say(one) for one in section.headings]
    return f"## {session.say(section.title)}\n\n{_table(headings, ['---'] * len(headings), rows)}"


def _lines(texts: Iterable[Text], session: Session) -> str:
    return "<br>".join(_cell(session.say(text)) for text in texts)


def _cell(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _table(headings: Sequence[str], align: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [headings, align, *rows])
