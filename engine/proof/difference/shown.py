"""A department that shows a difference: its facts for both rulesets, scored by both."""

from __future__ import annotations

from msgspec import Struct

from engine.language.numbers import Rational
from engine.ledger.lines import NodeScore
from engine.ledger.scoring import Scoring
from engine.proof.answers import Document
from engine.proof.documents import Reader
from engine.proof.prover import Prover
from engine.ruleset.model import Criterion


class Side(Struct, frozen=True, eq=False):
    """The department's facts file for one of the rulesets, and what it comes to."""

    document: Document
    scoring: Scoring

    def score(self, criterion: Criterion) -> NodeScore | None:
        """What the criterion earned; nothing where it does not count."""
        found = self.scoring.nodes.get(criterion.id)
        return found if found is not None and found.in_play else None


class Shown(Struct, frozen=True, eq=False):
    """One department, before and after."""

    before: Side
    after: Side

    @property
    def is_one_document(self) -> bool:
        """Whether the two facts files say the same, but for the ruleset they are for."""
        one, two = (_stated(side.document) for side in (self.before, self.after))
        return one == two

    def loss(self, node: Criterion, other: Criterion) -> Rational | None:
        """How many points fewer it earns after than before; ``None`` where it does not count in both."""
        one, two = self.before.score(node), self.after.score(other)
        return None if one is None or two is None else one.earned - two.earned

    def counts_in_one(self, node: Criterion, other: Criterion) -> bool:
        """Whether the criterion counts by one ruleset only."""
        return (self.before.score(node) is None) != (self.after.score(other) is None)


def shown(reader: Reader, prover: Prover) -> Shown:
    """The department of a model, scored by both rulesets."""
    sides = [
        Side(document, prover.score(document, ruleset))
        for ruleset in prover.rulesets
        for document in [reader.document(ruleset)]
    ]
    return Shown(*sides)


def _stated(document: Document) -> Document:
    return {name: part for name, part in document.items() if name not in ("ruleset", "year")}
