"""Facts documents as other things: the tree that reading makes of a file, and the text of a file.

In the tree everything stands at the file's start: a generated document has no places to tell. Texts
are quoted as JSON quotes them, so that the text ``null`` is a text.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from typing import Any

from engine.source import Entry, Mapping, Node, Scalar, Sequence, SourceFile


def source_of(document: Map[str, Any], name: str) -> Node:
    """The tree of ``document``, as if it had been read from the file ``name``."""
    return _node(document, SourceFile(name, ""))


def _node(value: Any, file: SourceFile) -> Node:
    if isinstance(value, Map):
        entries = {key: Entry(Scalar(file, 0, key, 0, '"'), _node(one, file)) for key, one in value.items()}
        return Mapping(file, 0, entries)
    if isinstance(value, str):
        return Scalar(file, 0, value, 0, '"')
    if isinstance(value, Seq):
        return Sequence(file, 0, [_node(one, file) for one in value])
    return Scalar(file, 0, json.dumps(value))


def facts_file(document: Map[str, Any]) -> str:
    """A facts document as YAML that ``audit score`` reads."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return buffer.getvalue()
