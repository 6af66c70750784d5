"""What every readable format shows of a result, as rows of text."""

from __future__ import annotations

from msgspec import Struct

from engine.errors import Language, Text
from engine.explanation import Explainer
from engine.language.numbers import Rational, format_exact, format_fixed, terminating_decimals
from engine.ledger.lines import Line, NodeScore
from engine.ledger.scoring import Scoring
from engine.ruleset.citations import STATUS_NAMES
from engine.ruleset.model import Basis

REASONS = {
    "": Text("", ""),
    "waived": Text("已豁免", "waived"),
    "cap": Text("达上限", "capped"),
    "floor": Text("扣完为止", "nothing left"),
}
STATES = {
    "scored": Text("", ""),
    "unseen": Text("未计算", "not computed"),
    "not_applicable": Text("不适用", "not applicable"),
}
HEADINGS = {
    "criterion": Text("指标", "criterion"),
    "points": Text("分值", "points"),
    "earned": Text("得分", "earned"),
    "lost": Text("扣分", "lost"),
    "claimed": Text("自评", "claimed"),
    "difference": Text("差异", "difference"),
    "note": Text("备注", "note"),
    "basis": Text("依据", "basis"),
    "rule": Text("规则", "rule"),
    "record": Text("对象", "record"),
    "nominal": Text("应扣", "nominal"),
    "applied": Text("实扣", "applied"),
    "because": Text("说明", "because"),
}


def points_text(value: Rational, decimals: int) -> str:
    """Points with the ruleset's ``decimals``; what needs more is shown rounded, with ≈."""
    places = terminating_decimals(value)
    shown = format_fixed(value, decimals)
    return shown if places is not None and places <= decimals else f"≈{shown}"


class BreakdownRow(Struct, frozen=True):
    depth: int
    title: str
    points: str
    earned: str
    lost: str
    claimed: str
    difference: str
    note: str
    basis: str


class LedgerRow(Struct, frozen=True):
    number: int
    criterion: str
    rule: str
    record: str
    nominal: str
    applied: str
    note: str
    because: str
    basis: str


class View:
    """One scoring in one language."""

    def __init__(self, scoring: Scoring, language: Language) -> None:
        self.scoring = scoring
        self.language: Language = language
        self.explainer = Explainer(scoring)
        self.ruleset = scoring.evaluation.ruleset
        self.facts = scoring.evaluation.facts
        self.claims = {claim.criterion: claim for claim in scoring.claims}

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def heading(self, name: str) -> str:
        return self.say(HEADINGS[name])

    def points(self, value: Rational) -> str:
        """Points as the ruleset writes them; a weighted line may need more decimals."""
        return points_text(value, self.ruleset.decimals)

    def breakdown(self) -> list[BreakdownRow]:
        """The criteria in the order of the table, the total last."""
        rows = [self.breakdown_row(child, 0) for child in self.scoring.root.children]
        flat = [row for group in rows for row in group]
        return [*flat, *self.breakdown_row(self.scoring.root, 0, with_children=False)]

    def breakdown_row(self, node: NodeScore, depth: int, *, with_children: bool = True) -> list[BreakdownRow]:
        one, claim = node.criterion, self.claims.get(node.criterion.id)
        title = self.say(Text("总分", "Total")) if one.parent is None else self.say(one.title)
        row = BreakdownRow(
            depth,
            title,
            self.points(one.points),
            self.points(node.earned) if node.in_play else "—",
            self.points(node.lost) if node.in_play else "—",
            self.points(claim.claimed) if claim else "",
            self.signed(claim.difference) if claim else "",
            self.note(node),
            self.status(one.basis),
        )
        children = [self.breakdown_row(child, depth + 1) for child in node.children] if with_children else []
        return [row, *(below for group in children for below in group)]

    def signed(self, value: Rational) -> str:
        return f"+{self.points(value)}" if value > 0 else self.points(value)

    def note(self, node: NodeScore) -> str:
        notes = [self.say(STATES[node.state])]
        if node.chosen:
            chosen = self.say(self.ruleset.criteria[node.chosen].title)
            notes.append(self.say(Text(f"取 {chosen}", f"taken from {chosen}")))
        return self.say(Text("，", ", ")).join(note for note in notes if note)

    def ledger(self) -> list[LedgerRow]:
        """The lines that count towards the total, numbered."""
        return [self.ledger_row(number, line) for number, line in enumerate(self.scoring.lines, 1)]

    def ledger_row(self, number: int, line: Line) -> LedgerRow:
        waiver = (
            self.facts.waivers.get((line.rule.id, line.key))
            if line.rule and line.reason == "waived"
            else None
        )
        note = self.say(REASONS[line.reason])
        if waiver is not None:
            note = self.say(Text(f"{note}：{waiver.reason}", f"{note}: {waiver.reason}"))
        basis = (
            line.rule.basis if line.rule is not None and line.rule.basis is not None else line.criterion.basis
        )
        return LedgerRow(
            number,
            self.say(line.criterion.title),
            line.rule.id if line.rule else "",
            line.key,
            self.points(line.nominal),
            self.points(line.applied),
            note,
            self.say(self.explainer.line(line)),
            self.citation(basis),
        )

    def open_points(self) -> list[tuple[str, str]]:
        """What asks for an explanation, and the explanation given (empty: none yet)."""
        return [
            (
                self.say(
                    self.explainer.because(point.rule, point.record) or Text(point.rule.id, point.rule.id)
                ),
                point.explanation,
            )
            for point in self.scoring.open_points
        ]

    def citation(self, basis: Basis | None) -> str:
        if basis is None:
            return ""
        parts = [basis.source or "", basis.article or ""]
        text = " ".join(part for part in parts if part)
        status = self.status(basis)
        if text and status:
            return self.say(Text(f"{text}（{status}）", f"{text} ({status})"))
        return text or status

    def status(self, basis: Basis | None) -> str:
        return self.say(STATUS_NAMES[(basis.status or "") if basis else ""])

    def exact(self, value: Rational) -> str:
        return format_exact(value)
