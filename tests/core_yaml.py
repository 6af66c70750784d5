"""A document as an editor reads it: scalars as the types of YAML 1.2's core schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from engine.errors import RulesetError
from engine.source import Mapping, Node, Scalar, Sequence, read_source

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def core(node: Node) -> Any:
    """The document at ``node``."""
    if isinstance(node, Mapping):
        return {key: core(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [core(item) for item in node.items]
    assert isinstance(node, Scalar)
    if node.is_null:
        return None
    return node.text if node.style else _plain(node.text)


def _plain(text: str) -> Any:
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text) or _SPECIAL.match(text):
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return text


def core_document(path: Path) -> Any:
    """The document in the file at ``path``."""
    return core(read_source(path, RulesetError))
