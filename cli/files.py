"""Facts files on the command line, each with the ruleset it asks for."""

from __future__ import annotations

from pathlib import Path

from cli.context import Session
from engine.errors import FactsError, Position, Problem, Text
from engine.ledger.scoring import Scoring


def score_file(path: Path, ruleset: str | None, session: Session) -> Scoring:
    """The facts file scored by ``ruleset``, or by the one the file names.

    Raises :class:`FactsError` or :class:`RulesetError` with everything that is wrong.
    """
    from engine.facts.reading import read_facts, ruleset_of
    from engine.source import read_source

    root = read_source(path, FactsError)
    reference = ruleset or ruleset_of(root)
    if not reference:
        message = Text("事实文件没有写 ruleset", "the facts file does not name its ruleset")
        fix = Text(
            "在文件里写 ruleset: guangdong/2024，或用 --ruleset",
            "write ruleset: guangdong/2024 in it, or use --ruleset",
        )
        raise FactsError([Problem("F001", message, Position(str(path)), "ruleset", fix)])
    if not ruleset:
        session.library().find(reference)  # a facts file may name a ruleset, not a path on this machine
    scorer = session.scorer(reference)
    return scorer.score(read_facts(root, scorer.ruleset))
