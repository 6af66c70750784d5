"""What was read by a convention: how many cells of which column, and the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from engine.errors import Position, Problem, Text, same
from engine.facts.conventions import NUMBER, Convention, as_stated
from engine.language.literals import parse_value
from engine.language.numbers import shortened
from engine.language.terms import Type
from engine.ruleset.model import Fact, Ruleset
from engine.source import Scalar


class Reading(Struct, frozen=True):
    """Cells of one column that were read by one convention: how many, and the first of them."""

    path: str
    label: Text
    convention: Convention
    count: int
    written: str
    read: str
    first: Position | None = None

    def told(self) -> Problem:
        """What is to be known of it, at the first of the cells."""
        cells = "1 cell holds" if self.count == 1 else f"{self.count:,} cells hold"
        zh = f"{self.label.zh}：{self.count:,} 格{self.convention.told.zh}"
        en = f"{self.label.en}: {cells} {self.convention.told.en}"
        if self.convention != Convention.BLANK:
            written, read = shortened(self.written), shortened(self.read)
            zh, en = f"{zh}，如“{written}”，按“{read}”读", f"{en}, such as '{written}', read as '{read}'"
        return Problem("F014", Text(zh, en), self.first, severity="warning")


_MOST_PRINTED = 17
"""The most digits that are printed of a binary number."""


def _is_beyond_binary(text: str) -> bool:
    """Whether the text is a number of more digits than are printed of a binary one: somebody meant them all."""
    digits = sum(one.isdecimal() for one in text)
    return digits > _MOST_PRINTED and re.fullmatch(f"(?:{NUMBER})%?", text) is not None


class Conventions:
    """Reads a department's cells by the conventions, and keeps what was read so, by column.

    ``of_form``: the cells are those of the program's own form, which states as text what a cell cannot hold exactly.
    """

    def __init__(self, ruleset: Ruleset, *, of_form: bool = False) -> None:
        self.of_form = of_form
        self.money_unit = ruleset.money_unit
        self._labels = dict(column_labels(ruleset))
        self._found: dict[tuple[str, Convention], Reading] = {}

    def value(self, node: Scalar, fact: Fact) -> str:
        """The text that states what the cell ``node`` holds. Raises :class:`MalformedValue`."""
        return self.typed(node, fact.type, fact.name, loose=False)

    def typed(self, node: Scalar, type_: Type, path: str, *, loose: bool = True) -> str:
        """The same for a value that is no fact's. Only what can be read is counted."""
        if self.of_form and _is_beyond_binary(node.text):
            return node.text
        stated = as_stated(node.text, type_, self.money_unit, loose=loose)
        if not stated.conventions:
            return node.text
        parse_value(stated.text, type_)
        for convention in stated.conventions:
            self.note(path, convention, node.text.strip(), stated.text, node.position)
        return stated.text

    def note(self, path: str, convention: Convention, written: str, read: str, where: Position) -> None:
        """Count one cell of the column ``path``."""
        before = self._found.get((path, convention))
        if before is None:
            label = self._labels.get(path, same(path))
            self._found[path, convention] = Reading(path, label, convention, 1, written, read, where)
        else:
            self._found[path, convention] = Reading(
                path, before.label, convention, before.count + 1, before.written, before.read, before.first
            )

    def notes(self) -> tuple[Problem, ...]:
        """What was read so, in the order in which each was first met."""
        return tuple(one.told() for one in self._found.values())


def column_labels(ruleset: Ruleset) -> Iterator[tuple[str, Text]]:
    """What people call each fact, each field of a list, and the columns of numbers and rules beside the facts."""
    schema = ruleset.schema
    yield from ((fact.name, fact.label) for fact in schema.facts.values())
    for group in schema.groups.values():
        yield from ((fact.name, _within(group.label, fact.label)) for fact in group.facts.values())
    for records in schema.lists.values():
        yield from ((fact.name, _within(records.label, fact.label)) for fact in records.fields.values())
    yield "claimed", Text("自评得分", "claimed scores")
    yield "judgements.deduct", Text("评审意见.扣分", "judgements.deduct")
    yield "judgements.coefficient", Text("评审意见.系数", "judgements.coefficient")
    yield "waivers.rule", Text("豁免.规则", "waivers.rule")


def _within(owner: Text, part: Text) -> Text:
    return Text(f"{owner.zh}.{part.zh}", f"{owner.en}.{part.en}")
