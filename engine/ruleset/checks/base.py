"""What every check is, and how it tells a problem."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Position, Problem, Severity, Text

EXAMPLES_CODE = "R130"
"""The check of a ruleset's examples, which runs them (``engine/testing/coverage.py``)."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check's stable code, its title, and how bad what it finds is.

    What a ``required`` check finds makes a ruleset unusable: without it a score has no meaning.
    """

    code: str
    title: Text
    severity: Severity
    required: bool = False

    def problem(self, message: Text, where: Position, path: str = "", fix: Text | None = None) -> Problem:
        """One finding of this check, at ``where``; ``path`` names the criterion or rule."""
        return Problem(self.code, message, where, path, fix, self.severity)
