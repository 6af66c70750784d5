"""How the two sides of a comparison are told in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Text
from engine.language.numbers import Rational, format_exact
from engine.language.parser import parse
from engine.language.syntax import Node, Number, children
from engine.ruleset.model import Basis, Criterion, Fact, Range, Rule, Ruleset


def named(zh: str, en: str, name: str, label: Text) -> Text:
    """What a change concerns: its kind, name and label."""
    return Text(f"{zh} {name}（{label.zh}）", f"{en} {name} ({label.en})")


def rule_name(name: str, rule: Rule) -> Text:
    """A rule, with the criterion it belongs to."""
    title = rule.criterion.title
    return Text(f"规则 {name}（{title.zh}）", f"rule {name} ({title.en})")


def own_rules(ruleset: Ruleset) -> dict[str, Rule]:
    """The rules that are written as such; gates and cases are told with their criteria."""
    return {rule.id: rule for rule in ruleset.rules if rule.kind not in ("applies", "case")}


def all_facts(ruleset: Ruleset) -> dict[str, Fact]:
    """Every fact by its path, fields of records too."""
    facts = {fact.name: fact for fact in ruleset.schema.scalars()}
    for records in ruleset.schema.lists.values():
        facts |= {fact.name: fact for fact in records.fields.values()}
    return facts


def citation(basis: Basis | None) -> str:
    """A basis in one line."""
    if basis is None:
        return ""
    return " ".join(
        part for part in (basis.source, basis.article, f"[{basis.status}]" if basis.status else "") if part
    )


def exact_value(value: Any) -> str:
    """A bound as it is, whatever figures are shown with."""
    return format_exact(value) if isinstance(value, Rational) else str(value)


def bounds(allowed: Range, show: Callable[[Any], str]) -> str:
    """A range as a table prints it."""
    low = show(allowed.low) if allowed.low is not None else "−∞"
    high = show(allowed.high) if allowed.high is not None else "+∞"
    return f"{'[' if allowed.low_closed else '('}{low}, {high}{']' if allowed.high_closed else ')'}"


def directions(node: Criterion, names: Mapping[str, str]) -> str:
    """What the criterion declares of better and worse, with ``names`` put in place of old ones."""
    return ", ".join(sorted(f"{names.get(name, name)}: {way}" for name, way in node.better.items()))


def optional(value: object) -> str:
    """A value, or nothing."""
    return "" if value is None else str(value)


def optional_points(value: object) -> str:
    """Points, or nothing."""
    return "" if value is None else format_exact(value)  # type: ignore[arg-type]


def changed_number(before: str, after: str) -> tuple[str, str] | None:
    """The one number in which two formulas differ, before and after; ``None`` where more differs."""
    found = _numbers(parse(before)), _numbers(parse(after))
    if len(found[0]) != len(found[1]):
        return None
    changed = [
        (one, two)
        for one, two in zip(*found, strict=True)
        if (one.value, one.percent) != (two.value, two.percent)
    ]
    if len(changed) != 1:
        return None
    (old, new) = changed[0]
    texts = before[slice(*old.span)], after[slice(*new.span)]
    start = old.span[0]
    rebuilt = before[:start] + texts[1] + before[old.span[1] :]
    return texts if rebuilt == after else None


def _numbers(node: Node) -> list[Number]:
    found = [node] if isinstance(node, Number) else []
    return found + [one for child in children(node) for one in _numbers(child)]
