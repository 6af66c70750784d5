"""Facts files on the command line, each with the ruleset it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cli.context import Session
from cli.messages import print_problem
from engine.errors import FactsError, Position, Problem, RulesetError, Text
from engine.inputs import read_input
from engine.ledger.scoring import Scoring

if TYPE_CHECKING:
    from engine.facts.model import Facts
    from engine.ruleset.model import Ruleset
    from engine.scoring import Scorer


def score_file(path: Path, ruleset: str | None, session: Session) -> Scoring:
    """The facts file scored by ``ruleset``, or by the one the file names.

    Raises :class:`FactsError` or :class:`RulesetError` with everything that is wrong.
    """
    scorer, facts = read_file(path, ruleset, session)
    try:
        return scorer.score(facts)
    except FactsError as error:
        raise error.in_file(str(path)) from None


def read_file(path: Path, ruleset: str | None, session: Session) -> tuple[Scorer, Facts]:
    """The facts in a YAML or JSON file or a workbook, and the scorer of their ruleset; prints what is to be told of the file."""
    read = _read_workbook if is_package(path) else _read_text
    try:
        scorer, facts = read(path, ruleset, session)
    except FactsError as error:
        raise error.in_file(str(path)) from None
    for note in facts.notes:
        print_problem(note, session.language)
    return scorer, facts


def facts_in(path: Path, ruleset: Ruleset, any_year: bool = False) -> Facts:
    """The facts in one of the many files of a portfolio. Raises :class:`FactsError`."""
    if is_package(path):
        from engine.documents.workbook.opening import read_workbook
        from engine.documents.workbook.reading import read_workbook_facts

        return read_workbook_facts(read_workbook(path), ruleset, any_year=any_year)
    from engine.portfolio.reading import facts_in_text

    return facts_in_text(path, ruleset, any_year)


class Noted:
    """Reads the facts files of a portfolio, and keeps what is to be told of them: by code the first note, and the files."""

    def __init__(self) -> None:
        self.first: dict[str, Problem] = {}
        self.files: dict[str, set[Path]] = {}

    def __call__(self, path: Path, ruleset: Ruleset, any_year: bool) -> Facts:
        """The facts in one file. Raises :class:`FactsError`."""
        facts = facts_in(path, ruleset, any_year)
        for note in facts.notes:
            self.first.setdefault(note.code, note)
            self.files.setdefault(note.code, set()).add(path)
        return facts

    def tell(self, session: Session) -> None:
        """Print each kind of note once, at its first place, with the number of the other files."""
        for code, note in self.first.items():
            others = len(self.files[code]) - 1
            more = (
                Text(f"（另有 {others:,} 个文件）", f" (and in {others:,} more files)")
                if others
                else Text("", "")
            )
            message = Text(f"{note.message.zh}{more.zh}", f"{note.message.en}{more.en}")
            print_problem(replace(note, message=message), session.language)


def is_package(path: Path) -> bool:
    """Whether the file is one of Office's, by what it begins with; its name says nothing."""
    try:
        return read_input(path, 4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    except (OSError, ValueError):
        return False  # told by whoever reads it


def is_result(path: Path) -> bool:
    """Whether the file is a result document, or a list of them, rather than facts."""
    try:
        return b'"audit-score/result/' in read_input(path, 200)
    except (OSError, ValueError):
        return False


def _read_text(path: Path, ruleset: str | None, session: Session) -> tuple[Scorer, Facts]:
    from engine.facts.reading import read_facts, ruleset_of
    from engine.source import Mapping, read_source

    root = read_source(path, FactsError)
    named = root.get("ruleset") if isinstance(root, Mapping) else None
    where = named.position if named is not None else Position(str(path))
    scorer = _scorer(where, ruleset, ruleset_of(root), session)
    return scorer, read_facts(root, scorer.ruleset)


def _read_workbook(path: Path, ruleset: str | None, session: Session) -> tuple[Scorer, Facts]:
    from engine.documents.workbook.opening import read_workbook
    from engine.documents.workbook.reading import read_workbook_facts, ruleset_of_workbook

    book = read_workbook(path)
    scorer = _scorer(Position(str(path)), ruleset, ruleset_of_workbook(book), session)
    return scorer, read_workbook_facts(book, scorer.ruleset)


def _scorer(where: Position, ruleset: str | None, named: str, session: Session) -> Scorer:
    """The scorer of the ruleset asked for, or else of the one that the file names at ``where``."""
    reference = ruleset or named
    if not reference:
        message = Text("事实文件没有写 ruleset", "the facts file does not name its ruleset")
        fix = Text(
            "在文件里写 ruleset: guangdong/2024，或用 --ruleset",
            "write ruleset: guangdong/2024 in it, or use --ruleset",
        )
        raise FactsError([Problem("F001", message, Position(where.file), "ruleset", fix)])
    if not ruleset:
        # A facts file may name a ruleset, not a path on this machine.
        try:
            session.library().find(reference, "file")
        except RulesetError as error:
            raise RulesetError(replace(one, where=where, path="ruleset") for one in error.problems) from None
    return session.scorer(reference)
