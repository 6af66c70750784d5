"""Examples: tests beside the rules."""

from __future__ import annotations

from typing import Any

from engine.ruleset.document.parts import Model
from engine.ruleset.fields import Exact, Line


class Expectation(Model):
    """What must follow in an example. ``fired`` lists rules, or maps a rule to its records' keys."""

    fired: list[str] | dict[str, list[str]] | None = None
    not_fired: list[str] | None = None
    criteria: dict[str, Exact] | None = None
    total: Exact | None = None
    grade: str | None = None
    error: str | None = None


class Example(Model):
    """A test beside the rules: facts changed from a base, and what must follow."""

    name: Line
    base: str | None = None
    given: dict[str, Any] = {}
    without: list[str] = []
    claimed: dict[str, Any] | None = None
    judgements: dict[str, Any] | None = None
    waivers: list[Any] | None = None
    explanations: dict[str, Any] | None = None
    expect: Expectation
