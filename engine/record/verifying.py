"""A result document computed anew, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from engine.errors import FactsError, Position, Problem, Text
from engine.facts.reading import read_facts
from engine.ledger.scoring import Scoring
from engine.record.document import NotePart, ResultDocument
from engine.record.reading import stated_facts
from engine.record.writing import Json, result_document
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.source import hidden_characters, tree_of

MOST_DIFFERENCES = 10_000
"""Beyond so many nobody wants to know each."""
DIGESTS = ("ruleset.digest", "facts.digest")
"""Differences here say why figures may differ; they are not figures themselves."""


class Difference(Struct, frozen=True):
    """One place where the record and the recomputation do not agree. ``None``: absent there."""

    path: str
    recorded: object
    computed: object

    @property
    def is_digest(self) -> bool:
        return self.path in DIGESTS


def recompute(record: ResultDocument, ruleset: Ruleset, file: str) -> Scoring:
    """The facts of the record, which stands in ``file``, scored again by ``ruleset``.

    Raises :class:`FactsError` where they are not usable any more, :class:`RecordError` where they are not what
    ``score`` writes.
    """
    root = tree_of(stated_facts(record, file), record.facts.file or "record")
    notes = tuple(_note(one) for one in record.facts.notes)
    try:
        _refuse_hidden(record)
        return Scorer(ruleset).score(replace(read_facts(root, ruleset), notes=notes))
    except FactsError as error:
        # Lines and columns would be those of a text that nobody has seen.
        where = Position(f"{file}: {record.department} {record.year}")
        raise FactsError(
            replace(one, where=where, path=f"facts.document.{one.path}") for one in error.problems
        ) from None


def _note(note: NotePart) -> Problem:
    """A note as it was taken: what it is about is not in the record."""
    message = Text(note.message.zh, note.message.en)
    return Problem(note.code, message, Position("", cell=note.place), severity="warning")


def _refuse_hidden(record: ResultDocument) -> None:
    """What is taken as it is holds nothing that nobody sees."""
    notes = tree_of({"notes": msgspec.to_builtins(record.facts.notes)}, record.facts.file)
    if hidden := [*hidden_characters(notes)]:
        raise FactsError(hidden)


def verify(record: ResultDocument, ruleset: Ruleset, file: str) -> list[Difference]:
    """Everything in which the record in ``file`` differs from :func:`recompute`."""
    return differences(record, recompute(record, ruleset, file))


def differences(record: ResultDocument, scoring: Scoring) -> list[Difference]:
    """Everything in which the record differs from ``scoring``, save what is not recomputed.

    No more than :data:`MOST_DIFFERENCES` are looked for.
    """
    return compared(record, result_document(scoring))


def compared(record: ResultDocument, computed: Json) -> list[Difference]:
    """Everything in which the record differs from the document ``computed``, save what is not recomputed."""
    facts: Json = {**computed["facts"], "file": record.facts.file}
    if msgspec.json.decode(record.facts.document) == facts["document"]:
        facts["document"] = record.facts.document  # laid out as it is there
    engine = {"version": record.engine.version, "digest": record.engine.digest}
    computed = {**computed, "engine": engine, "facts": facts}
    if msgspec.json.encode(computed) == msgspec.json.encode(record):
        return []
    return list(islice(_differences(record, computed, ""), MOST_DIFFERENCES))


def _differences(recorded: Any, computed: Any, path: str) -> Iterator[Difference]:
    if recorded is computed:
        return
    if isinstance(recorded, Raw):
        recorded = msgspec.json.decode(recorded)
    if isinstance(recorded, Struct):
        recorded = {key: getattr(recorded, key) for key in recorded.__struct_fields__}
    if isinstance(recorded, dict) and isinstance(computed, dict):
        for key in dict.fromkeys([*recorded, *computed]):
            inner = f"{path}.{key}" if path else key
            yield from _differences(recorded.get(key), computed.get(key), inner)
    elif isinstance(recorded, list) and isinstance(computed, list):
        for index in range(max(len(recorded), len(computed))):
            one = recorded[index] if index < len(recorded) else None
            two = computed[index] if index < len(computed) else None
            yield from _differences(one, two, f"{path}[{index + 1}]")
    elif recorded != computed:
        yield Difference(path, _plain(recorded), computed)


def _plain(value: Any) -> object:
    return msgspec.to_builtins(value)
