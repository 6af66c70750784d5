"""``audit rules diff --prove``: two rulesets in points, criterion by criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.context import Session
from engine.errors import Text, one_line
from engine.language.numbers import format_exact
from engine.testing.sources import facts_file

if TYPE_CHECKING:
    from engine.proof.difference import PointsDifference
    from engine.ruleset.model import Ruleset

VERDICTS = {
    "equivalent": Text("得分总是相同", "equivalent: always the same points"),
    "stricter": Text("更严：得分只减不增", "stricter: never more points, and fewer for some"),
    "more lenient": Text("更宽：得分只增不减", "more lenient: never fewer points, and more for some"),
    "both": Text("对有的部门更严，对有的更宽", "stricter for some and more lenient for others"),
    "unknown": Text("未知", "unknown"),
}


def show_points(before: Ruleset, after: Ruleset, seconds: float, session: Session) -> None:
    """Print what became of each leaf, with a department for each direction that was found."""
    from engine.proof.extra import require_solver

    require_solver()
    from engine.proof.difference import difference_in_points

    click.echo("")
    click.echo(session.say(Text("得分上的差别", "In points")))
    for one in difference_in_points(before, after, seconds):
        for line in _told(one, session):
            click.echo(line)


def _told(one: PointsDifference, session: Session) -> list[str]:
    verdict = session.say(VERDICTS[one.verdict])
    if one.reason is not None:
        verdict = session.say(Text(f"{verdict}（{one.reason.zh}）", f"{verdict} ({one.reason.en})"))
    lines = [f"- {one.criterion.id}{session.say(Text('：', ': '))}{one_line(verdict)}"]
    for shown in one.shown:
        before, after = format_exact(shown.before), format_exact(shown.after)
        told = Text(
            f"这个部门由 {before} 分变为 {after} 分：",
            f"this department goes from {before} to {after} points:",
        )
        lines.append(f"    {session.say(told)}")
        lines += [f"      {line}" for line in facts_file(shown.document).rstrip("\n").split("\n")]
    return lines
