"""Deciding a claim: impossible for every department, possible for one that is shown, or not known.

What no department can be is shown in an abstract world (see ``solving.py``), at first with amounts of any
number of decimals. What some department is like is found in concrete worlds of more and more records, and
scored before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from engine.errors import AuditError, Text
from engine.language.terms import Apply, walk
from engine.ledger.scoring import Scoring
from engine.proof.answers import Document, Witness
from engine.proof.arithmetic import Bool, both
from engine.proof.budget import Budget
from engine.proof.documents import Reader
from engine.proof.solving import Refuter, World
from engine.proof.witness import Finder, Scored, unconfirmed
from engine.ruleset.model import Ruleset

Claim = Callable[[World], Bool]
"""What is claimed of the department of a world, abstract or concrete."""
Confirm = Callable[[Reader, "Prover"], Witness | None]
"""The department of a model as a witness, if scoring it bears the claim out."""

SIZES = ((1, 1), (2, 1), (3, 3))
"""The records of each list, and the years about the ruleset's own, in which departments are looked for."""


ON_THE_GRID = Text(
    "就小数位数不超过规则集所定的金额而言", "for amounts with no more decimals than the ruleset has"
)
"""Within what it was shown that something is impossible, where not for amounts of any number of decimals."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Whether the claim is possible. ``reason`` says why it is not known, or within what it was shown."""

    state: str
    witness: Witness | None = None
    reason: Text | None = None


class Prover:
    """Proves about the rulesets' common department; each question gets the whole ``budget``."""

    def __init__(self, rulesets: Sequence[Ruleset], budget: Budget) -> None:
        self.rulesets = tuple(rulesets)
        self.budget = budget
        self.scored = Scored()
        self.deadline = 0.0
        self._abstract: Refuter | None = None
        self._finders: dict[tuple[int, int], Finder] = {}
        self._exact = not any(one.schema.lists or _counts_working_days(one) for one in rulesets)
        """Whether a concrete world leaves nothing out."""

    @property
    def ruleset(self) -> Ruleset:
        return self.rulesets[0]

    @property
    def half(self) -> float:
        """What one of the ways to an answer may cost, so that something is left for others."""
        return self.budget.seconds / 2

    def deadline_from_now(self, seconds: float) -> float:
        """When so much more will have been spent."""
        return self.budget.spent() + seconds

    @property
    def refuter(self) -> Refuter:
        if self._abstract is None:
            self._abstract = Refuter(World(self.rulesets), self.budget)
        return self._abstract

    def finder(self, records: int, years: int) -> Finder:
        if (records, years) not in self._finders:
            world = World(self.rulesets, records, years=years)
            self._finders[records, years] = Finder(world, self.budget)
        return self._finders[records, years]

    def decide(
        self,
        claim: Claim,
        confirm: Confirm,
        *,
        question: str,
        target: str,
        expected: bool,
        scored: bool = True,
        abstract: Claim | None = None,
    ) -> Finding:
        """Whether ``claim`` can be. It is looked for first the way that is ``expected`` to succeed.

        ``abstract`` is a weaker claim, easier to show impossible. ``scored`` asks that the department
        has a score.
        """
        self.deadline = self.deadline_from_now(self.budget.seconds)
        weaker = abstract or claim
        if not expected and self._soon_impossible(weaker, claim):
            return Finding("impossible")
        found = self._possible(claim, confirm, question, target, scored)
        if found.state == "impossible":
            # Shown with the decimals that departments state; it may well hold for any.
            sooner = expected and self._soon_impossible(weaker, claim)
            return Finding("impossible", reason=None if sooner else ON_THE_GRID)
        return found if found.state == "possible" else self._impossible(weaker, claim) or found

    @contextmanager
    def _preparing(self) -> Iterator[None]:
        """What is said is put into the solver's terms outside the time for the answer: how long it takes is the machine's matter."""
        started = self.budget.spent()
        try:
            yield
        finally:
            self.deadline += self.budget.spent() - started

    def _soon_impossible(self, weaker: Claim, claim: Claim) -> bool:
        """Whether it is shown at once, with amounts of any number of decimals."""
        refuter, seconds = self.refuter, min(self.half, 1.0)
        with self._preparing():
            ways = list(self._ways(weaker, claim))
        refuter.deadline = self.deadline
        return any(refuter.check(one, seconds) == "impossible" for one in ways)

    def _ways(self, weaker: Claim, claim: Claim) -> Iterator[Bool]:
        """What may be shown to be impossible, the easiest first."""
        world = self.refuter.world
        yield weaker(world)
        yield both(world.valid, weaker(world))
        if weaker is not claim:
            yield both(world.valid, claim(world))

    def _impossible(self, weaker: Claim, claim: Claim) -> Finding | None:
        """That it is, with all that is known: of amounts of any number of decimals, or else of those on the grid."""
        refuter, seconds = self.refuter, self.half
        with self._preparing():
            said = both(refuter.world.valid, weaker(refuter.world))
            exact = both(refuter.world.valid, claim(refuter.world))
        refuter.deadline = max(self.deadline, self.deadline_from_now(self.half))
        if refuter.check(said, seconds, details=True, related=True) == "impossible":
            return Finding("impossible")
        if refuter.check(exact, seconds, grid=True, details=True, related=True) == "impossible":
            return Finding("impossible", reason=ON_THE_GRID)
        return None

    def _possible(self, claim: Claim, confirm: Confirm, question: str, target: str, scored: bool) -> Finding:
        undecided = False
        for records, years in SIZES[:1] if self._exact else SIZES:
            if self.budget.spent() > self.deadline:
                undecided = True
                break
            with self._preparing():
                finder = self.finder(records, years)
                said = claim(finder.world)
            finder.deadline = self.deadline
            state, reader = finder.find(said, scored=scored, certain=self._exact)
            if reader is not None:
                return Finding("possible", self._confirmed(reader, confirm, question, target))
            undecided |= state == "unknown"
            if self._exact and state == "impossible":
                return Finding("impossible")
        if undecided:
            return Finding(
                "unknown", reason=Text("求解器在限时内没有答案", "the solver had no answer within its time")
            )
        most = SIZES[-1][0]
        return Finding("unknown", reason=Text(
            f"每个表至多 {most} 条记录时没有这样的部门；更多记录时未能排除",
            f"there is no such department with up to {most} records in a list; with more it could not be ruled out",
        ))  # fmt: skip

    def _confirmed(self, reader: Reader, confirm: Confirm, question: str, target: str) -> Witness:
        document = reader.document(self.ruleset)
        try:
            witness = confirm(reader, self)
        except AuditError as error:
            raise unconfirmed(question, target, document, error) from None
        if witness is None:
            raise unconfirmed(question, target, document)
        return witness

    def score(self, document: Document, ruleset: Ruleset | None = None) -> Scoring:
        """The product's own score of a witness."""
        return self.scored.score(document, ruleset or self.ruleset)


def confirmed_by(holds: Callable[[Scoring], bool]) -> Confirm:
    """Believes a department when its score is as ``holds`` says."""

    def confirm(reader: Reader, prover: Prover) -> Witness | None:
        document = reader.document(prover.ruleset)
        return Witness(document) if holds(prover.score(document)) else None

    return confirm


def _counts_working_days(ruleset: Ruleset) -> bool:
    from engine.ruleset.checks.reads import all_expressions

    return any(
        isinstance(one, Apply) and one.function == "workdays"
        for expression in all_expressions(ruleset)
        for one in walk(expression.term)
    )
