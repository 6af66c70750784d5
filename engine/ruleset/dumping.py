"""A resolved document written as YAML again, so that it loads as the same document.

Every scalar is written as the text it was, in the quotes it had; small mappings and lists stand on
one line. Comments belong to the files that were laid over each other, and are not written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from engine.errors import Fault, Problem, RulesetError, Text
from engine.source import Mapping, Node, Scalar, parse_source, plain
from engine.source import Sequence as SequenceNode

WIDTH, ONE_LINE = 110, 90


def dump(root: Node, comments: Sequence[str] = ()) -> str:
    """``root`` as YAML, below ``comments``. What it loads as is compared with ``root`` before it is given out."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.emit(_events(root), stream)
    text = "".join(f"# {comment}\n" for comment in comments) + stream.getvalue()
    if plain(parse_source(text.encode(), "", RulesetError)) != plain(root):
        message = Text("写出的 YAML 与原文档不同", "the YAML written is not the document it was made from")
        raise Fault([Problem("X003", message)])
    return text


def _events(root: Node) -> Iterator[Any]:
    from ruamel.yaml import events

    yield events.StreamStartEvent()
    yield events.DocumentStartEvent(explicit=False)
    yield from _node(root, inline=False)
    yield events.DocumentEndEvent(explicit=False)
    yield events.StreamEndEvent()


def _node(node: Node, *, inline: bool) -> Iterator[Any]:
    from ruamel.yaml import events

    if isinstance(node, Scalar):
        yield _scalar(node)
        return
    inline = inline or _length(node) <= ONE_LINE
    if isinstance(node, Mapping):
        yield events.MappingStartEvent(None, None, True, flow_style=inline)
        for entry in node.entries.values():
            yield _scalar(entry.key)
            yield from _node(entry.value, inline=inline)
        yield events.MappingEndEvent()
        return
    assert isinstance(node, SequenceNode)
    yield events.SequenceStartEvent(None, None, True, flow_style=inline)
    for item in node.items:
        yield from _node(item, inline=inline)
    yield events.SequenceEndEvent()


def _scalar(node: Scalar) -> Any:
    """A text in the style it had; a block that is one line needs no block."""
    from ruamel.yaml import events
    from ruamel.yaml.tag import Tag

    text = node.text if not node.is_null or node.text else "null"
    style = node.style
    if style in ("|", ">"):
        style = "|" if "\n" in text else ("" if text else "'")
    tag = Tag(suffix="tag:yaml.org,2002:str")  # asked for, and not written, since it is implicit
    return events.ScalarEvent(None, tag, (True, True, True), text, style=style or None)


def _length(node: Node) -> int:
    """How long a node is on one line; more than a line where it holds a text of several."""
    if isinstance(node, Scalar):
        return ONE_LINE + 1 if "\n" in node.text else len(node.text) + 2 * bool(node.style)
    if isinstance(node, Mapping):
        return 2 + sum(len(key) + 4 + _length(entry.value) for key, entry in node.entries.items())
    assert isinstance(node, SequenceNode)
    return 2 + sum(2 + _length(item) for item in node.items)
