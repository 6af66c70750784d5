"""Texts and tables as Markdown shows them: as they are, with no markup, HTML or link of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.errors import one_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&])")


def escaped(text: str) -> str:
    """``text`` with everything escaped that Markdown would take for markup."""
    return _SPECIAL.sub(r"\\\1", one_line(text)).replace("://", ":\\//").replace("www.", "www\\.")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], depths: Sequence[int] = ()) -> str:
    """A table; its first column set in by ``depths``, with entities, since white space is dropped."""
    cells = [[escaped(cell) for cell in row] for row in rows]
    for row, depth in zip(cells, depths, strict=False):
        row[0] = "&emsp;" * depth + row[0]
    lines = [[escaped(one) for one in headings], ["---"] * len(headings), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
