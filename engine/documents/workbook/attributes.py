"""The attributes of a workbook's elements, and what the flags among them say."""

from __future__ import annotations

from collections.abc import Mapping

Attributes = Mapping[str, str]
_TRUE = ("1", "true", "on")


def is_true(value: str | None) -> bool:
    """Whether a flag of the format is set."""
    return value is not None and value.strip().lower() in _TRUE
