"""A scoring written down as a result document."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from engine import __version__
from engine.errors import Problem, Text, UsageProblem
from engine.explanation import Explainer, RuleDecision
from engine.inputs import shown
from engine.language.numbers import format_exact
from engine.ledger.lines import Line, NodeScore
from engine.ledger.scoring import OpenPoint, Scoring
from engine.record.document import FORMAT
from engine.record.reading import too_large
from engine.ruleset.model import Basis, Criterion, Rule

Json = dict[str, Any]


def result_document(scoring: Scoring) -> Json:
    """The document as JSON-ready values, in the shape of :class:`ResultDocument`."""
    return _Writer(scoring).document()


def result_text(documents: list[Json], *, several: bool) -> str:
    """The documents as JSON text: a list where ``several`` were asked for, however many there are.

    Raises :class:`UsageProblem` (V006) where what is written could not be read again.
    """
    texts = [_text_of(one) for one in documents]
    shown = texts[0]
    if several:
        listed = ",\n".join(texts).replace("\n", "\n  ")
        shown = f"[\n  {listed}\n]" if texts else "[]"
    if too_large(shown.encode()):
        message = Text(
            "结果过大，写出后无法复核", "the result is too large to be verified once it is written"
        )
        fix = Text("分几次评分", "score fewer at a time")
        raise UsageProblem([Problem("V006", message, fix=fix)])
    return shown


def _text_of(document: Json) -> str:
    """A document with its parts indented, and each decision on a line of its own: there may be very many."""
    rules = ",\n".join(_indented(_rule_text(rule), 4) for rule in document["rules"])
    head, _, tail = _indented(_laid_out({**document, "rules": []}), 0).partition('\n  "rules": [],\n')
    listed = f"[\n{rules}\n  ]" if rules else "[]"
    return f'{head}\n  "rules": {listed},\n{tail}'


def _rule_text(rule: Json) -> str:
    if not rule["decisions"]:
        return _laid_out(rule)
    head = _laid_out({**rule, "decisions": []}).removesuffix("[]\n}")
    lines = ",\n    ".join(_in_one_line(one) for one in rule["decisions"])
    return f"{head}[\n    {lines}\n  ]\n}}"


def _laid_out(part: Json) -> str:
    return msgspec.json.format(msgspec.json.encode(part), indent=2).decode()


def _in_one_line(part: Json) -> str:
    return msgspec.json.format(msgspec.json.encode(part), indent=0).decode()


def _indented(text: str, by: int) -> str:
    blank = " " * by
    return blank + text.replace("\n", f"\n{blank}")


def rules_document(scoring: Scoring) -> list[Json]:
    """The part of the document that says of every rule what it compared."""
    writer = _Writer(scoring)
    return [writer.rule(rule) for rule in scoring.evaluation.ruleset.rules]


@cache
def engine_stamp() -> Json:
    """The engine's version, and a hash over its source files."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent.parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return {"version": __version__, "digest": digest.hexdigest()}


def _both(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}


def _note(note: Problem) -> Json:
    """A note on the file that the facts come from; which file is said beside it."""
    place = note.where.within if note.where is not None else ""
    return {"code": note.code, "place": place, "message": _both(note.message)}


def _basis(basis: Basis | None) -> Json:
    if basis is None:
        return {"source": "", "article": "", "status": ""}
    return {"source": basis.source or "", "article": basis.article or "", "status": basis.status or ""}


class _Writer:
    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self.explainer = Explainer(scoring)
        self.claims = {claim.criterion: claim for claim in scoring.claims}

    def document(self) -> Json:
        scoring, evaluation = self.scoring, self.scoring.evaluation
        ruleset, facts = evaluation.ruleset, evaluation.facts
        return {
            "format": FORMAT,
            "engine": engine_stamp(),
            "ruleset": {
                "id": ruleset.id,
                "title": _both(ruleset.title),
                "year": ruleset.year,
                "digest": ruleset.digest,
            },
            "facts": {
                "file": shown(Path(facts.file).name),
                "digest": facts.digest,
                "document": facts.document,
                "notes": [_note(one) for one in facts.notes],
            },
            "department": facts.department,
            "year": facts.year,
            "total": format_exact(scoring.total),
            "full": format_exact(scoring.root.full),
            "grade": scoring.grade,
            "criteria": [self.criterion(scoring.root)],
            "ledger": [self.line(number, line) for number, line in enumerate(scoring.lines, 1)],
            "rules": rules_document(scoring),
            "open_points": [self.open_point(point) for point in scoring.open_points],
            "warnings": [
                {"code": one.code, "path": one.path, "message": _both(one.message)}
                for one in scoring.warnings
            ],
        }

    def criterion(self, node: NodeScore) -> Json:
        one = node.criterion
        claim = self.claims.get(one.id)
        return {
            "id": one.id,
            "title": _both(one.title),
            "points": format_exact(one.points),
            "full": format_exact(node.full),
            "earned": format_exact(node.earned),
            "lost": format_exact(node.lost),
            "state": node.state,
            "chosen": node.chosen,
            "basis": _basis(one.basis),
            "claimed": format_exact(claim.claimed) if claim else None,
            "difference": format_exact(claim.difference) if claim else None,
            "formulas": self.formulas(one) if node.state == "scored" else [],
            "criteria": [self.criterion(child) for child in node.children],
        }

    def formulas(self, node: Criterion) -> list[str]:
        return [
            f"{one.written} = {one.with_numbers} = {one.value.en}" for one in self.explainer.formulas(node)
        ]

    def line(self, number: int, line: Line) -> Json:
        basis = (
            line.rule.basis if line.rule is not None and line.rule.basis is not None else line.criterion.basis
        )
        waiver = self.scoring.evaluation.facts.waivers.get((line.rule.id, line.key)) if line.rule else None
        return {
            "number": number,
            "kind": line.kind,
            "criterion": line.criterion.id,
            "rule": line.rule.id if line.rule else "",
            "record": line.key,
            "nominal": format_exact(line.nominal),
            "applied": format_exact(line.applied),
            "reason": line.reason,
            "share": format_exact(line.share),
            "because": _both(self.explainer.line(line)),
            "basis": _basis(basis),
            "waiver": waiver.reason if waiver and line.reason == "waived" else "",
        }

    def rule(self, rule: Rule) -> Json:
        decided = self.scoring.evaluation.decisions[rule.index]
        return {
            "id": rule.id,
            "kind": rule.kind,
            "criterion": rule.criterion.id,
            "condition": rule.expression.text,
            "decisions": None
            if decided is None
            else [self.decision(one) for one in self.explainer.decisions(rule)],
        }

    def decision(self, decision: RuleDecision) -> Json:
        return {
            "record": decision.key,
            "fired": decision.fired,
            "waived": decision.waived,
            "comparisons": [
                {
                    "text": one.text,
                    "figures": _both(one.sides),
                    "holds": one.holds,
                    "margin": _both(one.margin),
                }
                for one in self.explainer.comparisons(decision)
            ],
        }

    def open_point(self, point: OpenPoint) -> Json:
        because = self.explainer.because(point.rule, point.record) or Text(point.rule.id, point.rule.id)
        return {
            "rule": point.rule.id,
            "record": point.key,
            "because": _both(because),
            "explanation": point.explanation,
        }
