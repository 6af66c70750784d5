"""A ruleset as people read it: one module a format, each ``render(sheet, session) -> str``."""

from __future__ import annotations

from cli.context import Session
from engine.errors import Text
from engine.language.numbers import format_exact
from engine.ruleset.model import Criterion
from engine.ruleset.sheet import Row

AS_A_WHOLE = Text("（整体）", "(as a whole)")


def level_title(node: Criterion, session: Session) -> str:
    """The title of a criterion; a branch's with its points, which stand in no column."""
    title = session.say(node.title)
    if not node.children:
        return title
    points = format_exact(node.points)
    return session.say(Text(f"{title}（{points}）", f"{title} ({points})"))


def level_cells(row: Row, above: Row | None, depth: int, session: Session) -> list[str]:
    """The level columns of a row in a table without merged cells: what the row above said is left empty."""
    cells = [
        "" if above is not None and node in above.path else level_title(node, session) for node in row.path
    ]
    if not row.is_leaf:
        cells.append(session.say(AS_A_WHOLE))
    return cells + [""] * (depth - len(cells))


def points_cell(row: Row) -> str:
    """A leaf's points; a branch's stand beside its title, so that the column adds up."""
    return format_exact(row.criterion.points) if row.is_leaf else ""
