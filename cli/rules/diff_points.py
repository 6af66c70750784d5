"""``audit rules diff --prove``: two rulesets in points, criterion by criterion."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cli.context import Session
from engine.errors import Text, one_line
from engine.language.numbers import format_exact
from engine.testing.sources import facts_file
from engine.view import points_text

if TYPE_CHECKING:
    from engine.ledger.lines import Line
    from engine.proof.difference.comparing import PointsDifference
    from engine.proof.difference.shown import Shown, Side
    from engine.proof.difference.worst import Worst
    from engine.ruleset.model import Criterion, Ruleset

VERDICTS = {
    "equivalent": Text("得分总是相同", "equivalent: always the same points"),
    "stricter": Text("更严：得分只减不增", "stricter: never more points, and fewer for some"),
    "more lenient": Text("更宽：得分只增不减", "more lenient: never fewer points, and more for some"),
    "both": Text("对有的部门更严，对有的更宽", "stricter for some and more lenient for others"),
    "applies to others": Text("适用的部门变了", "it counts for other departments than before"),
    "added": Text("新增", "added"),
    "removed": Text("删去", "removed"),
    "unknown": Text("未知", "unknown"),
}


class Points:
    """What the proofs say of two rulesets, and how it is told."""

    def __init__(
        self, before: Ruleset, after: Ruleset, seconds: float, worst: bool, session: Session
    ) -> None:
        from engine.proof.extra import require_solver

        require_solver()
        from engine.proof.budget import Seconds
        from engine.proof.difference.comparing import Comparison
        from engine.proof.difference.worst import worst as find_worst

        self.session = session
        comparison = Comparison(before, after, Seconds(seconds))
        self.differences = _compared(comparison, after, session)
        self.worst: Worst | None = find_worst(comparison) if worst else None
        self.total: Criterion = after.root
        self.decimals = max(before.decimals, after.decimals)
        self._printed: dict[int, str] = {}
        """The criterion under which a department's facts were told."""

    def as_text(self) -> str:
        lines = ["", self.session.say(Text("得分上的差别", "In points"))]
        for one in self.differences:
            lines += self._told(one)
        if self.worst is not None:
            lines += ["", *self._worst_told(self.worst)]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        rows = [
            {
                "criterion": one.criterion.id,
                "verdict": one.verdict,
                "reason": None if one.reason is None else {"zh": one.reason.zh, "en": one.reason.en},
                "departments": [self._shown_json(shown, one.criterion) for shown in one.shown],
            }
            for one in self.differences
        ]
        found: dict[str, Any] = {"points": rows}
        if self.worst is not None:
            worst = self.worst
            found["worst"] = {
                "loss": format_exact(worst.loss),
                "at_most": format_exact(worst.at_most),
                "department": None if worst.shown is None else self._shown_json(worst.shown, self.total),
            }
        return found

    def _shown_json(self, shown: Shown, criterion: Criterion) -> dict[str, Any]:
        from engine.record.writing import result_document

        return {
            name: {"points": _earned(side, criterion), "result": result_document(side.scoring)}
            for name, side in (("before", shown.before), ("after", shown.after))
        }

    def _told(self, one: PointsDifference) -> list[str]:
        say = self.session.say
        verdict = say(VERDICTS[one.verdict])
        if one.reason is not None:
            verdict = say(Text(f"{verdict}（{one.reason.zh}）", f"{verdict} ({one.reason.en})"))
        lines = [f"- {one.criterion.id}{say(Text('：', ': '))}{one_line(verdict)}"]
        for shown in one.shown:
            lines += self._shown(shown, one.criterion)
        return lines

    def _worst_told(self, worst: Worst) -> list[str]:
        loss, most = (points_text(one, self.decimals) for one in (worst.loss, worst.at_most))
        nobody = (
            Text("没有部门的总分会降低。", "No department's total falls.")
            if worst.is_proved
            else Text(
                f"没有找到总分会降低的部门；证明降低不超过 {most} 分。",
                f"No department was found whose total falls; it is proved to fall by {most} points at most.",
            )
        )
        if worst.shown is None:
            return [self.session.say(nobody)]
        told = (
            Text(f"总分至多降 {loss} 分。", f"A total falls by {loss} points at most.")
            if worst.is_proved
            else Text(
                f"找到的总分最多降 {loss} 分；证明不超过 {most} 分。",
                f"The largest fall of a total that was found is {loss} points; it is proved to be {most} at most.",
            )
        )
        return [self.session.say(told), *self._shown(worst.shown, self.total)]

    def _shown(self, shown: Shown, criterion: Criterion) -> list[str]:
        """The department, and the ledger's lines of the criterion before and after."""
        say = self.session.say
        before, after = (
            say(Text("不计", "not counted")) if score is None else points_text(score.earned, self.decimals)
            for score in (shown.before.score(criterion), shown.after.score(criterion))
        )
        told = Text(
            f"这个部门由 {before} 分变为 {after} 分：",
            f"this department goes from {before} to {after} points:",
        )
        lines = [f"    {say(told)}", *self._facts(shown, criterion)]
        lines += self._ledger(shown.before, shown.after, criterion, Text("仅在前者", "only before"))
        return lines + self._ledger(shown.after, shown.before, criterion, Text("仅在后者", "only after"))

    def _facts(self, shown: Shown, criterion: Criterion) -> list[str]:
        """The facts file, or both where the rulesets ask for different facts; each department once."""
        known = self._printed.get(id(shown))
        if known is not None:
            told = Text(f"（即 {known} 所举的部门）", f"(the one shown for {known})")
            return [f"      {self.session.say(told)}"]
        self._printed[id(shown)] = criterion.id
        after = [] if shown.is_one_document else _indented(facts_file(shown.after.document))
        return [*_indented(facts_file(shown.before.document)), *after]

    def _ledger(self, side: Side, other: Side, criterion: Criterion, heading: Text) -> list[str]:
        """The lines of the criterion that the other ledger does not have alike."""
        from engine.explanation import Explainer

        known = {_identity(line) for line in _lines(other, criterion)}
        explainer, say = Explainer(side.scoring), self.session.say
        lines = [line for line in _lines(side, criterion) if _identity(line) not in known]
        told = [
            f"        {points_text(line.applied, self.decimals)}  {one_line(say(line.criterion.title))}: "
            f"{one_line(say(explainer.line(line)))}"
            for line in lines
        ]
        return [f"      {say(heading)}", *told] if told else []


def _compared(comparison: Any, after: Ruleset, session: Session) -> list[PointsDifference]:
    """The differences; on a terminal with a bar of how many criteria are done."""
    if not sys.stderr.isatty():
        return list(comparison.differences(lambda one: None))
    with click.progressbar(length=len(after.criteria), label=after.id, file=sys.stderr) as bar:
        return list(comparison.differences(lambda one: bar.update(1)))


def _lines(side: Side, criterion: Criterion) -> tuple[Line, ...]:
    score = side.score(criterion)
    return () if score is None else score.lines


def _identity(line: Line) -> tuple[object, ...]:
    return line.rule.id if line.rule else line.kind, line.criterion.id, line.key, line.applied


def _earned(side: Side, criterion: Criterion) -> str | None:
    score = side.score(criterion)
    return None if score is None else format_exact(score.earned)


def _indented(text: str) -> list[str]:
    return [f"      {line}" for line in text.rstrip("\n").split("\n")]
