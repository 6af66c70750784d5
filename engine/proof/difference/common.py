"""What two rulesets ask departments for, and what of it they understand alike."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Text
from engine.language.terms import Kind
from engine.proof.difference.meaning import FactRead, Meanings, facts_in
from engine.ruleset.model import Ruleset

MOST_NAMES = 3
"""How many facts a reason names."""


def at_odds(one: object, two: object) -> Text | None:
    """Why criteria of these meanings cannot be given one department: a fact that the two understand otherwise."""
    before, after = _by_name(one), _by_name(two)
    for name, fact in before.items():
        other = after.get(name, fact)
        if fact.kind != other.kind:
            return Text(
                f"事实 {name} 的类型不同（{fact.kind}、{other.kind}）",
                f"fact {name} is of another kind ({fact.kind}, {other.kind})",
            )
        if fact.unit != other.unit:
            return Text(
                f"{name} 的单位或主键不同（{fact.unit}、{other.unit}）",
                f"{name} has another unit or key ({fact.unit}, {other.unit})",
            )
    return None


def _by_name(meaning: object) -> dict[str, FactRead]:
    return {fact.name: fact for fact in facts_in(meaning)}


def narrowed(before: Ruleset, after: Ruleset) -> Text | None:
    """That only departments which both accept are spoken of, where the two do not accept the same."""
    one, two = dict(_accepted(before)), dict(_accepted(after))
    names = [name for name, accepted in two.items() if name in one and one[name] != accepted]
    if Meanings(before).identities() != Meanings(after).identities():
        names.append("checks")
    if not names:
        return None
    told = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return Text(f"只就两者都接受的事实而言：{told}", f"for facts that both accept only: {told}")


def _accepted(ruleset: Ruleset) -> Iterator[tuple[str, object]]:
    """For each fact what a facts file may state."""
    facts = [*ruleset.schema.scalars()]
    for records in ruleset.schema.lists.values():
        facts += records.fields.values()
    for fact in facts:
        decimals = ruleset.money_decimals if fact.type.kind == Kind.MONEY else 0
        yield fact.name, (fact.type.kind, fact.type.options, fact.optional, fact.allowed, decimals)
