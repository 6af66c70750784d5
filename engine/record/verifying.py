"""A result document computed anew, and what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from pydantic import ValidationError

from engine.errors import FactsError, Position, Problem, RecordError, Text
from engine.facts.reading import read_facts
from engine.inputs import read_input
from engine.ledger.scoring import Scoring
from engine.record.document import NotePart, ResultDocument
from engine.record.writing import result_document
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.source import MAX_BYTES, tree_of

DEEPEST = 200
"""No result is nested deeper; the walks over it may then recurse."""

STAMPS = ("engine", "ruleset.digest", "facts.digest", "facts.file")
"""Differences here say why figures may differ; they are not figures themselves."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the record and the recomputation do not agree. ``None``: absent there."""

    path: str
    recorded: object
    computed: object

    @property
    def is_stamp(self) -> bool:
        return self.path.startswith(STAMPS)


def read_records(path: Path) -> list[ResultDocument]:
    """The result documents in a file: one, or a list. Raises :class:`RecordError`."""
    name = str(path)
    try:
        content = read_input(path, MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise RecordError([Problem("V001", Text("文件过大", "the file is too large"), Position(name))])
        written = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_repetition)
    except OSError as error:
        message = Text(f"无法读取文件（{error.strerror}）", f"cannot read the file ({error.strerror})")
        raise RecordError([Problem("V001", message, Position(name))]) from None
    except _Repeated as error:
        message = Text(f"键“{error.key}”重复", f"the key '{error.key}' is there twice")
        raise RecordError([Problem("V002", message, Position(name))]) from None
    except json.JSONDecodeError as error:
        message = Text(f"不是 JSON（{error.msg}）", f"not JSON ({error.msg})")
        raise RecordError([Problem("V002", message, Position(name, error.lineno, error.colno))]) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        message = Text("不是可读的 UTF-8 JSON", "not readable as UTF-8 JSON")
        raise RecordError([Problem("V002", message, Position(name))]) from None
    if _depth(content) > DEEPEST:
        message = Text(f"嵌套超过 {DEEPEST} 层", f"nested more than {DEEPEST} levels deep")
        raise RecordError([Problem("V002", message, Position(name))])
    documents = written if isinstance(written, list) else [written]
    if not documents:
        raise RecordError(
            [Problem("V002", Text("文件里没有结果", "there is no result in the file"), Position(name))]
        )
    return [_validated(one, name) for one in documents]


def _depth(content: bytes) -> int:
    """How deep brackets are nested in the text of a JSON document, those in quotes counted too."""
    depth = deepest = 0
    for character in content:
        if character in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in b"]}":
            depth -= 1
    return deepest


class _Repeated(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ: of two values for one key, each reader may take another."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found


def _validated(written: Any, name: str) -> ResultDocument:
    try:
        return ResultDocument.model_validate(written)
    except ValidationError as error:
        fix = Text(
            "用 audit score --format json 生成的文件", "give a file that 'audit score --format json' wrote"
        )
        raise RecordError(
            Problem(
                "V003",
                Text(f"不是结果文件（{detail['msg']}）", f"not a result document ({detail['msg']})"),
                Position(name),
                ".".join(str(step) for step in detail["loc"]),
                fix,
            )
            for detail in error.errors(include_url=False)[:20]
        ) from None


def recompute(record: ResultDocument, ruleset: Ruleset, file: str) -> Scoring:
    """The facts of the record, which stands in ``file``, scored again by ``ruleset``.

    Raises :class:`FactsError` where they are not usable any more.
    """
    root = tree_of(record.facts.document, record.facts.file or "record")
    notes = tuple(_note(one) for one in record.facts.notes)
    try:
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


def verify(record: ResultDocument, ruleset: Ruleset, file: str) -> list[Difference]:
    """Everything in which the record in ``file`` differs from :func:`recompute`."""
    return differences(record, recompute(record, ruleset, file))


def differences(record: ResultDocument, scoring: Scoring) -> list[Difference]:
    """Everything in which the record differs from ``scoring``."""
    return list(_differences(record.model_dump(), result_document(scoring), ""))


def _differences(recorded: Any, computed: Any, path: str) -> Iterator[Difference]:
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
        yield Difference(path, recorded, computed)
