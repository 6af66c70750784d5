"""Small aligned tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import wcwidth  # noqa: F401 - tabulate aligns wide characters only where this can be imported
from tabulate import tabulate

from cli.context import Session
from engine.errors import Text, one_line


def shown(session: Session, title: Text, headings: Sequence[Text], rows: Iterable[Sequence[object]]) -> str:
    """A titled table; nothing where there are no rows. Numbers stand to the right."""
    cells = [[one if isinstance(one, str) else f"{one:,}" for one in row] for row in rows]
    if not cells:
        return ""
    align = ["right" if all(_is_number(row[at]) for row in cells) else "left" for at in range(len(headings))]
    table = tabulate(
        [[one_line(one) for one in row] for row in cells], [session.say(one) for one in headings],
        tablefmt="simple", colalign=align, disable_numparse=True,
    )  # fmt: skip
    return f"{session.say(title)}\n{table}\n"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").removeprefix("-").isdigit() or not text
