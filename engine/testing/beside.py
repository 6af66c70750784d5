"""What stands beside the facts of a department: judgements, claimed scores, waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.language.numbers import HUNDRED, ONE, ZERO, Rational, format_exact
from engine.ruleset.model import Criterion, Range, Rule, Ruleset, TierScore, Unseen
from engine.testing.choosing import Choices, Draw
from engine.testing.drafts import Draft

MOST_WAIVED = 2
_BYTE, _TWO_BYTES = 256, 65_536
_POINTS = (4, _TWO_BYTES)
"""Of four, one is no points and one the most there are; the others are any."""
_DECIDED = {"by": "评审人", "reason": "见评审记录"}


class Beside:
    """The choices of one ruleset's departments, made once, and the documents made with them."""

    def __init__(self, ruleset: Ruleset, waivable: Sequence[Rule]) -> None:
        self.ruleset = ruleset
        self.waivable = waivable
        self.judged = [one for one in ruleset.criteria.values() if one.is_judged]
        self.unseen = [one for one in ruleset.criteria.values() if isinstance(one.score, Unseen)]
        sizes = [*_POINTS] * (len(self.judged) + len(self.unseen))
        if waivable:
            sizes += [MOST_WAIVED + 1, *(len(waivable), _BYTE) * MOST_WAIVED]
        self.choices = Choices(sizes)

    def document(self, draft: Draft, draw: Draw) -> dict[str, Any]:
        """The facts file of the department."""
        document: dict[str, Any] = {
            "department": "示例部门",
            "year": str(self.ruleset.year),
            "ruleset": self.ruleset.id,
            "facts": draft.document(),
        }
        if not self.choices.sizes:
            return document
        numbers = self.choices.draw(draw)
        beside = {
            "judgements": {one.id: self.judgement(one, draft, numbers) for one in self.judged},
            "claimed": {one.id: self.points(one.points, numbers) for one in self.unseen},
            "waivers": self.waivers(document["facts"], numbers),
        }
        return document | {name: part for name, part in beside.items() if part}

    def points(self, most: Any, numbers: Iterator[int]) -> str:
        """Points from 0 to ``most``, the ends more often than any other."""
        way, number = next(numbers), next(numbers)
        scale = 10**self.ruleset.decimals
        top = int(most * scale) if isinstance(most, Rational) and most > 0 else 0
        return format_exact(Rational((0, top, number % (top + 1))[min(way, 2)], scale))

    def judgement(self, criterion: Criterion, draft: Draft, numbers: Iterator[int]) -> dict[str, str]:
        if not isinstance(criterion.score, TierScore):
            assert criterion.judged_at_most is not None
            most = draft.evaluate(criterion.judged_at_most.term, {})
            return {"deduct": self.points(most, numbers), **_DECIDED}
        tiers = list(criterion.score.tiers.values())
        _, number = next(numbers), next(numbers)
        tier = tiers[number % _BYTE % len(tiers)]
        coefficients = _coefficients(tier.allowed)
        coefficient = coefficients[number // _BYTE % len(coefficients)]
        return {"tier": tier.id, "coefficient": f"{format_exact(coefficient * HUNDRED)}%", **_DECIDED}

    def waivers(self, facts: Mapping[str, Any], numbers: Iterator[int]) -> list[dict[str, str]]:
        """For now and then a waivable rule, and a record of its list."""
        if not self.waivable:
            return []
        waivers: dict[str, dict[str, str]] = {}
        for _ in range(next(numbers)):
            rule, record = self.waivable[next(numbers)], next(numbers)
            waiver = {"rule": rule.id, "reason": "政策性原因"}
            if rule.each is not None:
                keys = [one[rule.each.key] for one in facts[rule.each.name]]
                if not keys:
                    continue
                waiver["record"] = keys[record % len(keys)]
            waivers.setdefault(rule.id, waiver)
        return list(waivers.values())


def _coefficients(allowed: Range) -> list[Rational]:
    """The ends of a tier's range, one percent inside, and its middle: those that it contains."""
    low = allowed.low if isinstance(allowed.low, Rational) else ZERO
    high = allowed.high if isinstance(allowed.high, Rational) else ONE
    percent = 1 / HUNDRED
    return [
        one for one in (high, low, low + percent, high - percent, (low + high) / 2) if allowed.contains(one)
    ]
