"""Malformed figures, read only where the accounting identities leave exactly one reading.

``31,08.53`` may be 3,108.53 with its separator out of place, or 31,x08.53 with a digit lost. Every such
reading is tried in the identities that the ruleset blocks on; what is not settled by them stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.language.compiler import EvaluationError
from engine.language.numbers import MAX_DIGITS, MalformedValue, Rational, parse_number
from engine.language.terms import Gather, Read, ReadField, walk
from engine.ruleset.model import Identity, Ruleset

_PARTS = re.compile(r"([-+]?)([0-9,.]*?)(\.[0-9]{1,4})?\Z")


def readings(written: str) -> list[Rational]:
    """What a malformed figure may mean: its separators dropped, or one digit put back where a group is short."""
    match = _PARTS.match(written) if len(written) <= 2 * MAX_DIGITS else None
    if match is None:
        return []
    sign, whole, fraction = match[1], match[2], match[3] or ""
    groups = re.split(r"[,.]", whole)
    texts = ["".join(groups)]
    for at, group in enumerate(groups[1:], 1):
        if len(group) == 2 and all(len(one) == 3 for one in groups[1:at] + groups[at + 1 :]):
            texts += [
                "".join([*groups[:at], group[:place] + digit + group[place:], *groups[at + 1 :]])
                for place in range(3)
                for digit in "0123456789"
            ]
    values: dict[Rational, None] = {}
    for text in texts:
        try:
            values[parse_number(f"{sign}{text}{fraction}")] = None
        except MalformedValue:
            continue
    return list(values)


def facts_read(identity: Identity) -> set[str]:
    """The scalar facts an identity reads; with a nameless one where it reads anything but facts and parameters."""
    found: set[str] = set()
    for one in walk(identity.holds.term):
        if isinstance(one, Read):
            known = {"fact": one.scalar.name, "parameter": None}.get(one.scalar.source, "")
            found |= {known} if known is not None else set()
        elif isinstance(one, (Gather, ReadField)):
            found.add("")
    return found


def identities_over(ruleset: Ruleset, known: Mapping[str, Rational]) -> Iterator[Identity]:
    """The blocking identities of which every fact is known."""
    for identity in ruleset.identities:
        names = facts_read(identity)
        if identity.blocking and names and names <= known.keys():
            yield identity


def holds(identity: Identity, ruleset: Ruleset, known: Mapping[str, Rational]) -> bool:
    """Whether the identity holds of the known figures."""
    slots = list(ruleset.slots)
    for fact in ruleset.schema.scalars():
        if fact.name in known:
            slots[fact.place] = known[fact.name]
    try:
        return bool(identity.holds.evaluate(slots))
    except EvaluationError:
        return False


def mended(
    name: str, written: str, ruleset: Ruleset, known: Mapping[str, Rational]
) -> tuple[Rational, str] | None:
    """The one reading of a malformed figure that the identities confirm, and the identity; else nothing."""
    confirmed: list[tuple[Rational, str]] = []
    for value in readings(written):
        tried = {**known, name: value}
        judges = [one for one in identities_over(ruleset, tried) if name in facts_read(one)]
        # An upper bound alone confirms nothing: an equation has to be among them.
        equations = [one for one in judges if "abs(" in one.holds.text or "==" in one.holds.text]
        if equations and all(holds(one, ruleset, tried) for one in judges):
            confirmed.append((value, equations[0].id))
    return confirmed[0] if len(confirmed) == 1 else None
