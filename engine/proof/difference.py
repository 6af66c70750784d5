"""Two rulesets in points: for each leaf that both have, whether the later one is stricter or more lenient, for whom.

Both are asked about one department, their facts united by name. A department that is shown has been scored by both.
Where the two do not ask for the same facts no department can be given to both, and nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.errors import Text
from engine.language.numbers import Rational
from engine.language.terms import Read, Term, key, walk
from engine.proof.answers import Document, Witness
from engine.proof.arithmetic import Bool, both
from engine.proof.documents import Reader
from engine.proof.extra import require_solver
from engine.proof.prover import Finding, Prover
from engine.proof.solving import World
from engine.ruleset.model import Criterion, Fact, Ruleset

Verdict = Literal["equivalent", "stricter", "more lenient", "both", "unknown"]


class Shown(Struct, frozen=True, eq=False):
    """A department for which a leaf earns something else, and what it earns before and after."""

    document: Document
    before: Rational
    after: Rational


class PointsDifference(Struct, frozen=True, eq=False):
    """What became of one leaf. ``shown`` has a department for each direction that is possible.

    ``reason`` says why it is not known, or what the verdict takes for granted.
    """

    criterion: Criterion
    verdict: Verdict
    shown: tuple[Shown, ...] = ()
    reason: Text | None = None


def difference_in_points(
    before: Ruleset, after: Ruleset, seconds: float = 10.0
) -> Iterator[PointsDifference]:
    """Each leaf of ``before`` that ``after`` has too, in the order of the table.

    Raises :class:`UsageProblem` without z3-solver, and :class:`~engine.errors.UnconfirmedWitness`
    if a department does not score as the solver said.
    """
    require_solver()
    prover = Prover([before, after], seconds)
    asked = _asked(before) ^ _asked(after)
    narrowed = _narrowed(before, after)
    for node in before.root.subtree():
        other = after.criteria.get(node.id)
        if node.children or other is None or other.children:
            continue
        if asked:
            names = ", ".join(sorted(asked)[:3])
            reason = Text(f"两者要求的事实不同（{names}）", f"they do not ask for the same facts ({names})")
            yield PointsDifference(other, "unknown", reason=reason)
        else:
            found = _compared(prover, node, other)
            yield found if found.reason is not None else replace(found, reason=narrowed)


def _facts(ruleset: Ruleset) -> list[Fact]:
    schema = ruleset.schema
    return [
        *schema.scalars(),
        *(one for records in schema.lists.values() for one in records.fields.values()),
    ]


def _asked(ruleset: Ruleset) -> set[str]:
    """Every fact a facts file may state, with its kind and whether it must, and what tells records apart."""
    facts = {f"{one.name}{'?' if one.optional else ''}: {one.type.kind}" for one in _facts(ruleset)}
    return facts | {f"{name} by {records.key}" for name, records in ruleset.schema.lists.items()}


def _narrowed(before: Ruleset, after: Ruleset) -> Text | None:
    """That only the values which both accept are spoken of, where the two do not accept the same."""
    ranges = {one.name: (one.allowed, one.type.options) for one in _facts(before)}
    names = [one.name for one in _facts(after) if ranges.get(one.name) != (one.allowed, one.type.options)]
    if not names:
        return None
    told = ", ".join(names[:3])
    return Text(f"只就两者都接受的取值而言：{told}", f"for the values that both accept only: {told}")


def _meaning(term: Term, ruleset: Ruleset) -> object:
    """Equal for terms that have the same value by both rulesets, down to the parameters and measures they read."""
    read: dict[str, object] = {}
    for one in walk(term):
        if not isinstance(one, Read):
            continue
        scalar = one.scalar
        if scalar.source == "parameter":
            read[scalar.name] = ruleset.slots[scalar.slot]
        elif scalar.source == "measure":
            measure = ruleset.measures[scalar.name]
            read[scalar.name] = (_meaning(measure.expression.term, ruleset), measure.decimals)
        elif scalar.source != "fact":
            read[scalar.name] = object()  # What it is made of is not looked into: equal to nothing.
    return key(term), read


def _applies(node: Criterion, ruleset: Ruleset) -> list[object]:
    """When a leaf and what is above it apply, and what follows where they do not."""
    return [
        (one.id, _meaning(one.applies.expression.term, ruleset), one.if_not)
        for one in (node, *node.ancestors())
        if one.applies is not None
    ]


def _compared(prover: Prover, node: Criterion, other: Criterion) -> PointsDifference:
    before, after = prover.rulesets
    if _applies(node, before) != _applies(other, after):
        # Points are compared where the leaf counts in both; whom that leaves out would go unseen.
        return PointsDifference(other, "unknown", reason=Text("适用条件不同", "when it applies has changed"))
    loses = _decided(prover, node, other, lambda one, two: one > two)
    gains = _decided(prover, node, other, lambda one, two: one < two)
    shown = tuple(
        _shown(prover, found.witness, node, other) for found in (loses, gains) if found.witness is not None
    )
    for found in (loses, gains):
        if found.state == "unknown":
            return PointsDifference(other, "unknown", shown, found.reason)
    verdicts: dict[tuple[bool, bool], Verdict] = {
        (False, False): "equivalent",
        (True, False): "stricter",
        (False, True): "more lenient",
        (True, True): "both",
    }
    return PointsDifference(other, verdicts[loses.state == "possible", gains.state == "possible"], shown)


def _decided(
    prover: Prover, node: Criterion, other: Criterion, differs: Callable[[Rational, Rational], bool]
) -> Finding:
    """Whether some department's points differ in this direction."""

    def claim(world: World) -> Bool:
        one, two = world.scores[0].points(node), world.scores[1].points(other)
        beyond: Bool = differs(one.earned, two.earned)
        return both(one.in_play, two.in_play, beyond)

    def confirm(reader: Reader, prover: Prover) -> Witness | None:
        witness = Witness(reader.document(prover.ruleset))
        found = _shown(prover, witness, node, other)
        return witness if differs(found.before, found.after) else None

    return prover.decide(claim, confirm, question="difference", target=node.id, expected=False)


def _shown(prover: Prover, witness: Witness, node: Criterion, other: Criterion) -> Shown:
    scores = [prover.score(witness.document, ruleset) for ruleset in prover.rulesets]
    return Shown(witness.document, scores[0].nodes[node.id].earned, scores[1].nodes[other.id].earned)
