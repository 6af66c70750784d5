"""``audit rules diff``: what changed between two rulesets, and what it does to given departments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import wcwidth  # noqa: F401 - tabulate aligns wide characters only where this can be imported
from tabulate import tabulate

from cli.context import Session, pass_session
from cli.messages import print_error
from engine.errors import AuditError, FactsError, Text, one_line
from engine.language.numbers import ZERO, format_fixed
from engine.ledger.scoring import Scoring
from engine.ruleset.difference.changes import Change
from engine.ruleset.model import ROOT
from engine.view import points_text

if TYPE_CHECKING:
    from cli.rules.diff_points import Points


@click.command()
@click.argument("before")
@click.argument("after")
@click.option(
    "--facts",
    "facts",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Score this file by both 用两个规则集为此文件评分.",
)
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format 输出格式.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="Also which criteria give other points, and for whom 并证明哪些指标的得分会变，对谁变.",
)
@click.option(
    "--worst",
    is_flag=True,
    help="With --prove: the department whose total falls most 并找出总分降得最多的部门（与 --prove 同用）.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for each answer that is proved 每个证明的时限（秒）.",
)
@pass_session
def diff(
    session: Session,
    before: str,
    after: str,
    facts: tuple[Path, ...],
    format_: str,
    prove: bool,
    worst: bool,
    timeout: float,
) -> None:
    """Compare rulesets BEFORE and AFTER by their ids: points, conditions, limits, citations.

    Layout, comments and wording make no difference. With --facts, both ledgers stand side by side.

    按 id 对比规则集 BEFORE 和 AFTER：分值、条件、界限、依据。

    版式、注释和文字说明不算不同。加 --facts 时并列两份扣分明细。
    """
    from engine.ruleset.difference.comparing import compare

    if worst and not prove:
        raise click.UsageError(session.say(Text("--worst 须与 --prove 同用", "--worst goes with --prove")))
    changes = compare(session.ruleset(before), session.ruleset(after))
    scored, unusable = [], 0
    for path in facts:
        try:
            scored.append((path, _score(path, before, session), _score(path, after, session)))
        except AuditError as error:
            print_error(error, session.language)
            unusable = max(unusable, error.exit_code)
    points = _proved(before, after, timeout, worst, session) if prove else None
    _show(changes, scored, points, format_, session)
    if unusable:
        raise SystemExit(unusable)


def _proved(before: str, after: str, seconds: float, worst: bool, session: Session) -> Points:
    from cli.rules.diff_points import Points

    return Points(session.ruleset(before), session.ruleset(after), seconds, worst, session)


def _show(
    changes: list[Change],
    scored: list[tuple[Path, Scoring, Scoring]],
    points: Points | None,
    format_: str,
    session: Session,
) -> None:
    """What changed, the two ledgers of each department, and what is proved."""
    if format_ == "json":
        rows = [{"kind": one.kind, "path": one.path, "before": one.before, "after": one.after,
                 "zh": one.describe().zh, "en": one.describe().en} for one in changes]  # fmt: skip
        results = [_as_json(path, *both) for path, *both in scored]
        proved = {} if points is None else points.as_json()
        click.echo(json.dumps({"changes": rows, "facts": results, **proved}, ensure_ascii=False, indent=2))
        return
    for change in changes:
        click.echo(f"- {one_line(session.say(change.describe()))}")
    if not changes:
        click.echo(session.say(Text("没有影响评分的变化。", "Nothing that bears on a score changed.")))
    for path, one, two in scored:
        click.echo("")
        click.echo(_side_by_side(path, one, two, session))
    if points is not None:
        click.echo(points.as_text())


def _score(path: Path, reference: str, session: Session) -> Scoring:
    """The facts scored by one of the rulesets, whatever year they are of."""
    from engine.facts.reading import read_facts
    from engine.source import read_source

    scorer = session.scorer(reference)
    return scorer.score(read_facts(read_source(path, FactsError), scorer.ruleset, any_year=True))


def _as_json(path: Path, one: Scoring, two: Scoring) -> dict[str, object]:
    from engine.record.writing import result_document

    return {"file": path.name, "before": result_document(one), "after": result_document(two)}


def _side_by_side(path: Path, one: Scoring, two: Scoring, session: Session) -> str:
    names = [*dict.fromkeys(name for name in [*two.nodes, *one.nodes] if name != ROOT), ROOT]
    rows = [_row(name, one, two, session) for name in names]
    headings = [Text("指标", "criterion"), Text("前", "before"), Text("后", "after"), Text("变化", "change")]
    table = tabulate(
        rows, [session.say(text) for text in headings], tablefmt="simple", disable_numparse=True, preserve_whitespace=True,
        colalign=("left", "right", "right", "right"),
    )  # fmt: skip
    grades = f"{one.grade or '—'} → {two.grade or '—'}"
    ledgers = [
        _lines(one, two, Text("仅在前者", "only before"), session),
        _lines(two, one, Text("仅在后者", "only after"), session),
    ]
    return "\n".join([f"{one_line(str(path))}  {grades}", table, *(text for text in ledgers if text)])


def _row(name: str, one: Scoring, two: Scoring, session: Session) -> list[str]:
    before, after = one.nodes.get(name), two.nodes.get(name)
    node = after or before
    assert node is not None
    title = session.say(Text("总分", "Total") if node.criterion.parent is None else node.criterion.title)
    depth = len(list(node.criterion.ancestors()))
    decimals = max(one.evaluation.ruleset.decimals, two.evaluation.ruleset.decimals)
    shown = [format_fixed(score.earned, decimals) if score else "—" for score in (before, after)]
    change = after.earned - before.earned if before and after else ZERO
    sign = "+" if change > 0 else ""
    return [
        "  " * max(depth - 1, 0) + one_line(title),
        *shown,
        sign + format_fixed(change, decimals) if change else "",
    ]


def _lines(one: Scoring, other: Scoring, heading: Text, session: Session) -> str:
    """The ledger lines of ``one`` that ``other`` does not have alike."""
    from engine.explanation import Explainer

    known = {
        (line.rule.id if line.rule else line.kind, line.criterion.id, line.key, line.applied)
        for line in other.lines
    }
    explainer = Explainer(one)
    found = [
        f"  {points_text(line.applied, one.evaluation.ruleset.decimals)}  {one_line(session.say(line.criterion.title))}: {one_line(session.say(explainer.line(line)))}"
        for line in one.lines
        if (line.rule.id if line.rule else line.kind, line.criterion.id, line.key, line.applied) not in known
    ]
    return "\n".join([session.say(heading), *found]) if found else ""
