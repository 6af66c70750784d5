"""Names changed everywhere: a fact, parameter or measure that is the same under another name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Text
from engine.language.parser import parse
from engine.language.printer import print_tree
from engine.language.syntax import Name, Node, children
from engine.ruleset.model import Fact, Ruleset


def renamed(before: Ruleset, after: Ruleset) -> dict[str, str]:
    """The names of ``before`` by the names they have in ``after``, where only the name differs.

    Something counts as renamed where it is gone under its old name, and exactly one new thing is
    described alike: the same label, type and bounds, and for a parameter the same value.
    """
    names: dict[str, str] = {}
    for described in (_facts, _parameters, _measures):
        old, new = described(before), described(after)
        gone = {name: one for name, one in old.items() if name not in new}
        come = {name: one for name, one in new.items() if name not in old}
        for name, one in gone.items():
            alike = [other for other, two in come.items() if two == one]
            if len(alike) == 1 and sum(two == one for two in gone.values()) == 1:
                names[name] = alike[0]
    return names


def _facts(ruleset: Ruleset) -> dict[str, Any]:
    described: dict[str, Any] = {fact.name: _fact(fact) for fact in ruleset.schema.scalars()}
    for name, records in ruleset.schema.lists.items():
        described[name] = (records.label, tuple(_fact(fact) for fact in records.fields.values()))
        described |= {fact.name: (records.label, _fact(fact)) for fact in records.fields.values()}
    return described


def _fact(fact: Fact) -> tuple[Text, object, bool, object]:
    return fact.label, fact.type, fact.optional, fact.allowed


def _parameters(ruleset: Ruleset) -> dict[str, Any]:
    return {name: (one.label, one.type, ruleset.slots[one.slot]) for name, one in ruleset.parameters.items()}


def _measures(ruleset: Ruleset) -> dict[str, Any]:
    return {name: (one.label, one.scalar.type, one.decimals) for name, one in ruleset.measures.items()}


def canonical(text: str, names: Mapping[str, str]) -> str:
    """An expression in the one form that layout does not change, with ``names`` put in place of old ones."""
    tree = parse(text)
    if names:
        short = {old.rpartition(".")[2]: new.rpartition(".")[2] for old, new in names.items()}

        def new_name(name: str) -> str:
            return names.get(name) or ("" if "." in name else short.get(name, "")) or name

        tree = _with_names(tree, new_name)
    return print_tree(tree)


def _with_names(node: Node, new_name: Callable[[str], str]) -> Node:
    """The tree with every name replaced; rebuilt only where something below changed."""
    if isinstance(node, Name):
        return Name(new_name(node.name), span=node.span)
    if not children(node):
        return node
    changed: dict[str, Any] = {}
    for one in dataclasses.fields(node):
        value = getattr(node, one.name)
        changed[one.name] = _renamed_value(value, new_name)
    return dataclasses.replace(node, **changed)


def _renamed_value(value: Any, new_name: Callable[[str], str]) -> Any:
    if isinstance(value, Node):
        return _with_names(value, new_name)
    if isinstance(value, tuple):
        return tuple(_renamed_value(item, new_name) for item in value)
    return value
