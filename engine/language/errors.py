"""What is wrong with an expression, and where in its text."""

from __future__ import annotations

from engine.errors import Text

Span = tuple[int, int]
"""A pair of offsets into an expression's text."""


class ExpressionError(Exception):
    """An expression is wrong at ``span``; whoever knows the file turns it into a Problem."""

    def __init__(self, code: str, message: Text, span: Span, fix: Text | None = None) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message
        self.span = span
        self.fix = fix
