"""YAML and JSON documents read as trees of text with positions.

Scalars stay the text that was written, so that no number ever passes through a float, and every
node knows its place, so that every later message can name it. What could hide something from a
reader is refused: anchors and aliases, tags, a key twice, several documents in a file. Reading
stops early at files too large, too full or nested too deep, and after a hundred problems.
"""

from __future__ import annotations

from engine.source.characters import HIDDEN, alike, break_at, folded, hidden_at, hidden_characters
from engine.source.nodes import (
    Entry,
    Mapping,
    Node,
    NoFile,
    Placed,
    Scalar,
    Sequence,
    SourceFile,
    digest_of,
    node_at,
    plain,
    tree_of,
)
from engine.source.reading import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_LENGTH,
    MAX_PROBLEMS,
    parse_source,
    read_source,
)

__all__ = [
    "HIDDEN",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_ITEMS",
    "MAX_LENGTH",
    "MAX_PROBLEMS",
    "Entry",
    "Mapping",
    "NoFile",
    "Node",
    "Placed",
    "Scalar",
    "Sequence",
    "SourceFile",
    "alike",
    "break_at",
    "digest_of",
    "folded",
    "hidden_at",
    "hidden_characters",
    "node_at",
    "parse_source",
    "plain",
    "read_source",
    "tree_of",
]
