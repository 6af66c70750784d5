"""A ruleset as aligned tables for a terminal; wide Chinese characters keep their columns."""

from __future__ import annotations

import shutil
import sys

import click
import wcwidth  # noqa: F401 - tabulate aligns wide characters only where this can be imported
from tabulate import tabulate

from cli.context import Session
from cli.rules.sheets import level_cells, points_cell
from engine.errors import Text, one_line
from engine.ruleset.sheet import Section, Sheet

NARROWEST, PIPED = 80, 160
POINTS_WIDTH, BORDER = 6, 3


def render(sheet: Sheet, session: Session) -> str:
    """The whole ruleset as text."""
    parts = [_head(sheet, session), _main(sheet, session)]
    parts += [f"- {one_line(session.say(line))}" for line in sheet.whole]
    parts += [_section(section, session) for section in sheet.sections]
    return "\n\n".join(parts)


def _head(sheet: Sheet, session: Session) -> str:
    title = click.style(one_line(session.say(sheet.ruleset.title)), bold=True)
    colon = session.say(Text("：", ": "))
    lines = [f"{session.say(name)}{colon}{one_line(session.say(value))}" for name, value in sheet.about()]
    return "\n".join([title, *lines])


def _main(sheet: Sheet, session: Session) -> str:
    rows, above = [], None
    for row in sheet.rows:
        cells = level_cells(row, above, sheet.depth, session)
        texts = ["\n".join(one_line(session.say(line)) for line in lines) for lines in (row.lines, row.basis)]
        rows.append([*map(one_line, cells), points_cell(row), *texts])
        above = row
    room = _columns() - POINTS_WIDTH - BORDER * (sheet.depth + 3)
    level = max(8, room // (sheet.depth + 7))
    rest = max(30, room - level * sheet.depth)
    widths = [*[level] * sheet.depth, None, rest * 3 // 5, rest * 2 // 5]
    align = [*["left"] * sheet.depth, "right", "left", "left"]
    return _table(rows, [session.say(one) for one in sheet.headings()], widths, align)


def _section(section: Section, session: Session) -> str:
    rows = [[one_line(session.say(cell)) for cell in row] for row in section.rows]
    room = _columns() // len(section.headings)
    widths: list[int | None] = [room] * len(section.headings)
    headings = [session.say(one) for one in section.headings]
    return (
        f"{session.say(section.title)}\n{_table(rows, headings, widths, ['left'] * len(headings), 'simple')}"
    )


def _table(
    rows: list[list[str]],
    headings: list[str],
    widths: list[int | None],
    align: list[str],
    style: str = "grid",
) -> str:
    return tabulate(
        rows, headings, tablefmt=style, colalign=align, disable_numparse=True, maxcolwidths=widths
    )


def _columns() -> int:
    """How wide the table may get, by the room there is."""
    columns = shutil.get_terminal_size((PIPED, 40)).columns if sys.stdout.isatty() else PIPED
    return max(columns, NARROWEST)
