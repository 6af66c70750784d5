"""What to do about the points lost: suggestions that follow from the ledger, the dearest first.

Nothing is made up. The problem is told in the rules' own words; the suggestion names the measure to
move and where it stands, or the records to put right and the clause they are held to.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from engine.errors import Text, one_line
from engine.language.compiler import NOT_YET
from engine.language.numbers import ZERO, Rational
from engine.ledger.lines import Line
from engine.ruleset.model import Criterion
from engine.view import View

MOST_NAMED = 5
"""How many cases of one criterion are told in full."""


class Improvement(Struct, frozen=True):
    """One criterion that lost points: how many, by what, and what would bring them back."""

    criterion: str
    lost: str
    problem: str
    action: str


def improvements(view: View) -> Iterator[Improvement]:
    """A suggestion for each criterion with a loss, the largest loss first."""
    by_criterion: dict[str, list[Line]] = {}
    for line in view.scoring.lines:
        if line.applied > 0 and line.kind not in ("rescaling", "rounding", "cap", "unseen"):
            by_criterion.setdefault(line.criterion.id, []).append(line)
    losses = {name: _sum(lines) for name, lines in by_criterion.items()}
    for name in sorted(by_criterion, key=lambda name: -losses[name]):
        node, lines = view.ruleset.criteria[name], by_criterion[name]
        title = Text("全表", "the whole table") if node.parent is None else node.title
        yield Improvement(
            one_line(view.say(title)),
            view.points(losses[name]),
            one_line(view.say(_problem(view, lines))),
            one_line(view.say(_action(view, node, lines))),
        )


def _sum(lines: list[Line]) -> Rational:
    total = ZERO
    for line in lines:
        total += line.applied
    return total


def _problem(view: View, lines: list[Line]) -> Text:
    told = [_told(view, line) for line in lines[:MOST_NAMED]]
    zh, en = "；".join(one.zh for one in told), "; ".join(one.en for one in told)
    rest = len(lines) - len(told)
    return Text(f"{zh}；等共 {len(lines)} 项", f"{en}; {len(lines)} in all") if rest else Text(zh, en)


def _told(view: View, line: Line) -> Text:
    """What happened: for a score, the measures it came from and what it gave."""
    if line.kind != "score":
        return view.explainer.line(line)
    formulas = list(view.explainer.formulas(line.criterion))
    figures = [(one.name, one.value) for one in formulas[:-1]]
    shown = Text(
        "".join(f"{name.zh} {value.zh}，" for name, value in figures),
        "".join(f"{name.en} {value.en}, " for name, value in figures),
    )
    points, earned = view.points(line.criterion.points), view.points(line.criterion.points - line.nominal)
    return Text(
        f"{shown.zh}按评分标准得 {earned} / {points} 分",
        f"{shown.en}which earns {earned} of {points} points",
    )


def _action(view: View, node: Criterion, lines: list[Line]) -> Text:
    parts = [*_measures(view, node, lines), *_cases(view, node, lines)]
    return Text("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def _measures(view: View, node: Criterion, lines: list[Line]) -> Iterator[Text]:
    """Which way to move the measure that a score is computed from, where the ruleset says so."""
    if not any(line.kind == "score" for line in lines):
        return
    moved = False
    for name, direction in node.better.items():
        measure = view.ruleset.measures.get(name)
        value = view.explainer.slots[measure.scalar.slot] if measure is not None else NOT_YET
        if measure is None or value is NOT_YET:
            continue
        moved = True
        shown = view.explainer.formats.show(value, measure.scalar.type)
        verb = Text("提高", "raise") if direction == "higher" else Text("降低", "lower")
        yield Text(
            f"{verb.zh}“{measure.label.zh}”（现为 {shown.zh}）",
            f"{verb.en} '{measure.label.en}', now {shown.en}",
        )
    if not moved:
        yield Text("按评分公式补足未达到的部分", "make up for what the formula finds missing")


def _cases(view: View, node: Criterion, lines: list[Line]) -> Iterator[Text]:
    """Which records to put right, and by which clause."""
    cases = [line for line in lines if line.kind != "score"]
    if not cases:
        return
    keys = list(dict.fromkeys(line.key for line in cases if line.key))
    rule = cases[0].rule
    basis = view.citation(rule.basis if rule is not None and rule.basis is not None else node.basis)
    listed = "、".join(keys[:MOST_NAMED]) + (f" 等 {len(keys)} 项" if len(keys) > MOST_NAMED else "")
    listed_en = ", ".join(keys[:MOST_NAMED]) + (
        f" and others, {len(keys)} in all" if len(keys) > MOST_NAMED else ""
    )
    what = Text(f"逐项整改 {listed}", f"put right {listed_en}") if keys else Text("予以整改", "put it right")
    if any(line.kind == "judged" for line in cases):
        what = Text("按评审意见整改", "follow the assessor's judgement")
    by = Text(f"，并对照{basis}完善制度", f", and mend procedures by {basis}") if basis else Text("", "")
    yield Text(f"{what.zh}{by.zh}", f"{what.en}{by.en}")
