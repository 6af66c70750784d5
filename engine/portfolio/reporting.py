"""Who is told how far the work is."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Told what is being done, how many of the things to do are done, and of how many; 0 where they are not counted."""


def silent(stage: str, done: int, of: int) -> None:
    """Tells nobody."""
