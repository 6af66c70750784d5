"""Texts changed in a file, with every other byte left as it is: comments, layout, line ends, quotes.

The places are those of the parsed nodes, so nothing is written out anew that was not meant to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import AuditError
from engine.source import Mapping, Node, Scalar, Sequence, parse_source

_MARK = "\ufeff"


@dataclass(eq=False)
class Editing:
    """A file's bytes, its document, and the changes wanted so far."""

    content: bytes
    root: Node
    changes: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The file as it is parsed, with one kind of line end; the changes' places count in it."""
        return self.root.file.text

    def replace(self, start: int, end: int, new: str) -> None:
        """Have ``new`` stand where the text from ``start`` to ``end`` stands."""
        self.changes[start, end] = new

    def replace_in(self, scalar: Scalar, old: str | re.Pattern[str], new: str) -> int:
        """Replace ``old`` wherever it stands within a scalar as written; how often it does."""
        written = self.text[scalar.start : scalar.end]
        pattern = re.compile(re.escape(old)) if isinstance(old, str) else old
        found = list(pattern.finditer(written))
        for match in found:
            self.replace(scalar.start + match.start(), scalar.start + match.end(), new)
        return len(found)

    def is_changed(self, index: int) -> bool:
        return any(start <= index < end for start, end in self.changes)

    def result(self) -> bytes:
        """The file's bytes with the changes made."""
        text = self.content.decode("utf-8")
        begin = len(_MARK) if text.startswith(_MARK) else 0
        shifts = [match.start() - n for n, match in enumerate(re.finditer("\r\n", text[begin:]))]
        pieces, done = [], 0
        for (start, end), new in sorted(self.changes.items()):
            here, there = (begin + _original(index, shifts) for index in (start, end))
            pieces += [text[done:here], new]
            done = there
        return "".join([*pieces, text[done:]]).encode()


def _original(index: int, shifts: list[int]) -> int:
    """The place in the file of ``index`` in the text in which each ``\\r\\n`` is one character."""
    from bisect import bisect_left

    return index + bisect_left(shifts, index)


def editing(content: bytes, name: str, error: type[AuditError]) -> Editing:
    """The file with this content, ready for changes. Raises ``error`` where it cannot be parsed."""
    return Editing(content, parse_source(content, name, error))


def scalars(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    """Every value below ``node`` that is one text, with the keys that lead to it; list items add none."""
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            yield from scalars(entry.value, (*path, key))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item, path)
    elif isinstance(node, Scalar):
        yield path, node
