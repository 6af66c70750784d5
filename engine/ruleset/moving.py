"""A file of one year made that of another: its id, its year, its dates, and the year in its titles.

Every date keeps its month and day. Weekdays and holidays do not, so an example that counts working
days may come out otherwise; whoever moves the file runs its examples afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from engine.errors import Position, Problem, Text
from engine.language.numbers import MalformedValue, parse_date
from engine.ruleset.editing import Editing, scalars
from engine.source import Scalar

_PROSE = frozenset(
    {"basis", "description", "because", "title", "label", "note", "reason", "name", "id", "unchecked"}
)
"""Keys under which a date is part of what is told, not of what is computed."""
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Move:
    """From one ruleset and year to another."""

    old_id: str
    new_id: str
    old_year: int
    new_year: int

    @property
    def year(self) -> re.Pattern[str]:
        """The old year where it stands alone, not within a name or a longer number."""
        return re.compile(rf"(?<![A-Za-z0-9_]){self.old_year}(?![0-9])")

    def day(self, day: date) -> tuple[date, bool]:
        """The day in the new year, and whether there is just that day: 29 February may become the 28th."""
        year = day.year + self.new_year - self.old_year
        try:
            return day.replace(year=year), True
        except ValueError:
            return day.replace(year=year, day=28), False


@dataclass(eq=False)
class Moved:
    """What was moved in a file, and what a reader has to look at; ``name`` is the new file's."""

    name: str
    dates: int = 0
    notes: list[Problem] = field(default_factory=list)


def move(editing: Editing, to: Move, name: str) -> Moved:
    """Have everything in the file that says the old year say the new one; the file will be ``name``."""
    moved = Moved(name)
    for path, scalar in scalars(editing.root):
        if path == ("ruleset",) and scalar.text == to.old_id:
            editing.replace_in(scalar, to.old_id, to.new_id)
        elif path == ("year",) and scalar.text == str(to.old_year):
            editing.replace_in(scalar, str(to.old_year), str(to.new_year))
        elif "title" in path[-2:] and path[0] != "examples":
            editing.replace_in(scalar, to.year, str(to.new_year))
        elif _moves(path, scalar, to):
            _move_date(editing, scalar, to, moved)
    moved.notes += _left(editing, to, name)
    return moved


def _moves(path: tuple[str, ...], scalar: Scalar, to: Move) -> bool:
    """Whether a scalar is a date to move: any of a department's facts, and those of rules near the old year."""
    if not path or _PROSE.intersection(path):
        return False
    day = _date(scalar)
    if day is None:
        return False
    return path[0] in ("examples", "facts") or abs(day.year - to.old_year) <= 1


def _date(scalar: Scalar) -> date | None:
    try:
        return parse_date(scalar.text)
    except MalformedValue:
        return None


def _move_date(editing: Editing, scalar: Scalar, to: Move, moved: Moved) -> None:
    day = _date(scalar)
    assert day is not None
    new, exact = to.day(day)
    if not 1 <= new.year <= 9999:
        return
    moved.dates += editing.replace_in(scalar, day.isoformat(), new.isoformat())
    if not exact:
        place = scalar.position
        message = Text(
            f"{day.isoformat()} 在 {to.new_year} 年没有对应的日子，写作 {new.isoformat()}",
            f"{day.isoformat()} has no counterpart in {to.new_year}; it now says {new.isoformat()}",
        )
        where = Position(moved.name, place.line, place.column)
        fix = Text("核对这一天", "check this day")
        moved.notes.append(Problem("R081", message, where, fix=fix, severity="warning"))


def _left(editing: Editing, to: Move, name: str) -> Iterator[Problem]:
    """Where the old year is still written: in comments, citations, conditions and texts, which are not guessed at."""
    lines: list[int] = []
    for match in to.year.finditer(editing.text):
        if not editing.is_changed(match.start()):
            line = editing.root.file.position(match.start()).line
            if line not in lines:
                lines.append(line)
    if not lines:
        return
    shown = [str(line) for line in lines[:_SHOWN]]
    more = len(lines) - len(shown)
    zh = "、".join(shown) + (f" 等（共 {len(lines)} 行）" if more else "")
    en = ", ".join(shown) + (f" and {more} more" if more else "")
    message = Text(f"仍写着 {to.old_year}，行号 {zh}", f"{to.old_year} is still written in line {en}")
    fix = Text(
        "看看是否应改：注释、依据、条件里的日期",
        "see whether it should change: comments, citations, dates in conditions",
    )
    yield Problem("R082", message, Position(name, lines[0], 1), fix=fix, severity="warning")
