"""``audit portfolio impact``: what other rules would do to every department."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text


@click.command()
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--from",
    "before",
    required=True,
    metavar="A",
    help="Id or file of the rules as they are 现行规则集的 id 或文件.",
)
@click.option(
    "--to", "after", required=True, metavar="B", help="Id or file of the rules to try 拟用规则集的 id 或文件."
)
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format 输出格式.",
)
@click.option(
    "--output",
    "-o",
    type=OutputPath(kind="csv"),
    help="Every department's change as CSV 各部门变化写成 CSV.",
)
@click.option(
    "--memory-limit",
    default="",
    metavar="SIZE",
    help="Such as 2GB; what does not fit goes to the disk 内存上限，如 2GB；放不下的写到磁盘.",
)
@pass_session
def impact(
    session: Session,
    source: Path,
    before: str,
    after: str,
    format_: str,
    output: Path | None,
    memory_limit: str,
) -> None:
    """Score INPUT by the rules A and by B, and show who gains and loses, by how much, and through which rules.

    The year of the facts is passed over. INPUT is what `audit portfolio score` takes.

    用规则集 A 和 B 分别为 INPUT 评分，列出谁得谁失、多少、因何规则，以及等级的变化。

    不核对事实的年度。INPUT 与 audit portfolio score 的相同。
    """
    from cli.files import Noted
    from cli.portfolio.progress import Progress
    from cli.portfolio.telling import tell
    from engine.portfolio.impact import changes_csv, impact_of, score_both
    from engine.portfolio.workspace import workspace
    from engine.writing import write_whole

    library = session.library()
    rulesets = library.load(before), library.load(after)
    progress, noted = Progress(session), Noted()
    with workspace(memory_limit, reading=source) as work:
        connection = work.connection
        try:
            *counts, reading = score_both(work, source, rulesets, progress, session.language, noted)
        finally:
            progress.done()
        found = impact_of(connection)
        found = {"before": rulesets[0].id, "after": rulesets[1].id,
                 "rejected_before": counts[0].rejected, "rejected_after": counts[1].rejected, **found}  # fmt: skip
        if output is not None:
            write_whole(output, changes_csv(connection))
    noted.tell(session)
    tell(session, reading.unread, reading.encodings)
    if format_ == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(part for part in _tables(session, found) if part).rstrip("\n"))


def _one_sided(session: Session, found: dict[str, Any]) -> str:
    """How many departments only one of the rulesets could score, where there are any."""
    before, after = found["only_before"], found["only_after"]
    if not before and not after:
        return ""
    return session.say(
        Text(
            f"\n只按原规则有得分 {before:,} 个，只按新规则有得分 {after:,} 个",
            f"\n{before:,} have a score by the rules before only, {after:,} by those after only",
        )
    )


def _tables(session: Session, found: dict[str, Any]) -> list[str]:
    from cli.portfolio.tables import shown

    average = found["average_change"] or "–"
    head = Text(
        f"{found['before']} → {found['after']}：{found['departments']:,} 个部门可比，{found['gain']:,} 个得分上升，{found['lose']:,} 个下降，"
        f"{found['same']:,} 个不变；平均变化 {average}，等级变化 {found['grade_changes']:,} 个；"
        f"退回 {found['rejected_before']:,} → {found['rejected_after']:,}",
        f"{found['before']} → {found['after']}: {found['departments']:,} departments compared, {found['gain']:,} gain, "
        f"{found['lose']:,} lose, {found['same']:,} stay; average change {average}, "
        f"{found['grade_changes']:,} change grade; rejected {found['rejected_before']:,} → {found['rejected_after']:,}",
    )
    before, after, departments = Text("原", "before"), Text("新", "after"), Text("部门数", "departments")
    moved = [
        Text("部门", "department"),
        before,
        after,
        Text("变化", "change"),
        Text("原等级", "grade before"),
        Text("新等级", "grade after"),
    ]
    return [
        f"{session.say(head)}{_one_sided(session, found)}\n",
        shown(session, Text("等级", "Grades"), [before, after, departments], [list(one.values()) for one in found["grades"] if one["before"] or one["after"]]),
        shown(session, Text("规则（扣分合计）", "Rules (points they cost)"), [Text("规则", "rule"), before, after, departments],
              [list(one.values()) for one in found["rules"]]),
        shown(session, Text("下降最多", "Losing most"), moved, [list(one.values()) for one in found["losers"]]),
        shown(session, Text("上升最多", "Gaining most"), moved, [list(one.values()) for one in found["gainers"]]),
    ]  # fmt: skip
