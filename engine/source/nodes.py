"""A document as a tree of text: every node knows its place in the file."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from io import StringIO
from itertools import accumulate
from typing import Any

from msgspec import Struct

from engine.errors import Position, Text

SURROGATE_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_CHARACTERS = {
    "'": re.compile(r"''|\S"),
    '"': re.compile(
        rf"{SURROGATE_PAIR}|\\[xuU](?P<code>(?<=x)..|(?<=u)....|(?<=U).{{8}})|\\(?P<letter>.)|\S", re.DOTALL
    ),
}
"""What may stand for one character between quotes."""
_PLAIN_CHARACTERS = re.compile(r"\S")
_WHITE_ESCAPES = frozenset("\n\t nrtvfNLP_")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class SourceFile(Struct, eq=False, dict=True):
    """A file's name as the user gave it, and its text."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"

    @cached_property
    def line_starts(self) -> list[int]:
        return list(accumulate(map(len, StringIO(f"{self.text}\n", newline="\n")), initial=0))

    def position(self, index: int) -> Position:
        line = bisect_right(self.line_starts, index)
        return Position(self.name, line, index - self.line_starts[line - 1] + 1)


class NoFile(SourceFile, eq=False, dict=True):
    """Stands for a file where there is no text that anybody could look into: a place in it is its name alone."""

    def position(self, index: int) -> Position:
        return Position(self.name)


class Placed(dict[str, Any]):
    """A mapping whose place is known, such as a row of a table; so is that of all that is in it."""

    where: Position | None = None


class _Place(SourceFile, eq=False, dict=True, kw_only=True):
    where: Position

    def position(self, index: int) -> Position:
        return self.where


class Node(Struct, eq=False):
    file: SourceFile
    start: int

    @property
    def position(self) -> Position:
        return self.file.position(self.start)


class Scalar(Node, eq=False):
    """A single text; ``style`` is YAML's quote or block sign, empty where it was written plain."""

    text: str
    end: int = 0
    style: str = ""

    @property
    def is_null(self) -> bool:
        return not self.style and self.text in _NULLS

    def locate(self, offset: int) -> Position:
        """Where the character at ``offset`` of the text stands in the file.

        The text may be quoted, escaped or folded over lines, which changes its white space only:
        its visible characters are counted through the raw text. For white space this is the next
        visible character, and past the last one the place after it.
        """
        before = sum(not character.isspace() for character in self.text[:offset])
        index = self.start
        for start, end in self.visible():
            if before == 0:
                return self.file.position(start)
            before -= 1
            index = end
        return self.file.position(index)

    def visible(self) -> Iterator[tuple[int, int]]:
        """Where in the file each character that is no white space begins and ends."""
        start, end = self.start, self.end
        if self.style in ("|", ">"):
            start = self.file.text.find("\n", start) + 1
        elif self.style:
            start, end = start + 1, end - 1
        for match in _CHARACTERS.get(self.style, _PLAIN_CHARACTERS).finditer(self.file.text, start, end):
            if not _is_white(match):
                yield match.span()


def _is_white(match: re.Match[str]) -> bool:
    """Whether the match is an escape for white space, or for nothing at the end of a line."""
    escape = match.groupdict()
    if escape.get("letter"):
        return escape["letter"] in _WHITE_ESCAPES
    return bool(escape.get("code")) and chr(int(escape["code"], 16)).isspace()


class Entry(Struct, eq=False):
    key: Scalar
    value: Node


class Mapping(Node, eq=False):
    """``hint`` says what may be wrong where something is missing from it."""

    entries: dict[str, Entry] = {}
    hint: Text | None = None

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None


class Sequence(Node, eq=False):
    items: list[Node] = []


def plain(node: Node) -> Any:
    """The tree as dicts, lists, texts and ``None``, for validation; every scalar stays text."""
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return None if node.is_null else node.text


def tree_of(written: Any, name: str, file_type: type[SourceFile] = SourceFile) -> Node:
    """The tree of what :func:`plain` gives, as if it had been read from the file ``name``; what is :class:`Placed`
    stands where it says."""

    def node(value: Any, file: SourceFile) -> Node:
        if isinstance(value, dict):
            if isinstance(value, Placed) and value.where is not None:
                file = _Place(name, "", where=value.where)
            return Mapping(
                file,
                0,
                {key: Entry(Scalar(file, 0, key, 0, '"'), node(one, file)) for key, one in value.items()},
            )
        if isinstance(value, list):
            return Sequence(file, 0, [node(one, file) for one in value])
        if isinstance(value, bool):
            return Scalar(file, 0, "true" if value else "false")
        return Scalar(file, 0, "") if value is None else Scalar(file, 0, str(value), 0, '"')

    return node(written, file_type(name, ""))


def digest_of(written: Any) -> str:
    """SHA-256 of a document's content; layout, comments and the order of keys do not count."""
    canonical = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def node_at(root: Node, path: tuple[str | int, ...]) -> Node:
    """The node at ``path``, or the nearest one above it; steps that lead nowhere are passed over."""
    node = root
    for step in path:
        if isinstance(node, Mapping) and str(step) in node.entries:
            node = node.entries[str(step)].value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        elif isinstance(node, Sequence):
            # A list of texts may stand for a mapping of each to itself.
            node = next((one for one in node.items if isinstance(one, Scalar) and one.text == step), node)
    return node
