"""Expressions where they stand in a ruleset: parsed, checked, compiled, with every error placed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.errors import Problem, Problems, Text
from engine.language.checker import check
from engine.language.errors import ExpressionError
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue
from engine.language.parser import parse
from engine.language.scope import Scope
from engine.language.slips import meant
from engine.language.terms import Type, Value
from engine.language.types import fit
from engine.ruleset.document import Bounds
from engine.ruleset.model import Expression, Range, Template
from engine.source import Node, node_at
from engine.source import Scalar as SourceScalar

Path = tuple[str | int, ...]
_NO_FACTS: frozenset[str] = frozenset()
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(eq=False)
class Expressions:
    """Reads the expressions of one document; what is wrong gathers in ``problems``."""

    root: Node
    problems: Problems = field(default_factory=Problems)

    def report(self, code: str, message: Text, path: Path, fix: Text | None = None) -> None:
        """A problem with the part of the document at ``path``."""
        self.problems.append(Problem(code, message, node_at(self.root, path).position, fix=fix))

    def read(
        self, path: Path, scope: Scope, wanted: Type | None = None, given: frozenset[str] = _NO_FACTS
    ) -> Expression | None:
        """The expression at ``path``, of the ``wanted`` type; ``None`` after reporting a problem."""
        source = node_at(self.root, path)
        assert isinstance(source, SourceScalar), path
        return self.compile(source.text, source, 0, scope, wanted, given)

    def compile(
        self,
        text: str,
        source: SourceScalar,
        offset: int,
        scope: Scope,
        wanted: Type | None,
        given: frozenset[str],
    ) -> Expression | None:
        try:
            term = check(parse(text), scope, given)
            if wanted is not None:
                term = fit(term, wanted)
        except ExpressionError as error:
            where = source.locate(offset + error.span[0])
            self.problems.append(
                Problem(error.code, error.message, where, fix=meant(text, error) or error.fix)
            )
            return None
        return Expression(text, term, source, offset)

    def template(self, path: Path, scope: Scope, given: frozenset[str] = _NO_FACTS) -> Template:
        """The text at ``path`` (plain, or ``{zh, en}``) with its holes compiled."""
        node = node_at(self.root, path)
        if isinstance(node, SourceScalar):
            pieces = self.pieces(node, scope, given)
            return Template(pieces, pieces)
        by_language = [node_at(self.root, (*path, language)) for language in ("zh", "en")]
        chinese, english = (
            self.pieces(one, scope, given) for one in by_language if isinstance(one, SourceScalar)
        )
        return Template(chinese, english)

    def pieces(
        self, source: SourceScalar, scope: Scope, given: frozenset[str]
    ) -> tuple[str | Expression, ...]:
        pieces: list[str | Expression] = []
        end = 0
        for match in _HOLE.finditer(source.text):
            pieces.append(source.text[end : match.start()])
            hole = self.compile(match[1], source, match.start(1), scope, None, given)
            if hole is not None:
                pieces.append(hole)
            end = match.end()
        pieces.append(source.text[end:])
        return tuple(piece for piece in pieces if piece != "")

    def value(self, text: str, type_: Type, path: Path) -> Value:
        """The literal ``text`` as a value of ``type_``; ``None`` after reporting a problem."""
        try:
            return parse_value(text, type_)
        except MalformedValue as error:
            self.report("R020", error.reason, path, error.fix)
            return None

    def range(self, bounds: Bounds, type_: Type, path: Path) -> Range:
        """The bounds written at ``path``, as values of ``type_``."""
        low_key, low = ("from", bounds.from_) if bounds.from_ is not None else ("above", bounds.above)
        high_key, high = ("up_to", bounds.up_to) if bounds.up_to is not None else ("below", bounds.below)
        return Range(
            None if low is None else self.value(low, type_, (*path, low_key)),
            None if high is None else self.value(high, type_, (*path, high_key)),
            low_key == "from",
            high_key == "up_to",
        )
