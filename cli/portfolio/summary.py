"""``audit portfolio summary``: what a result shows as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text

MOST_REJECTS = 15
"""Reasons of rejects that a table shows; JSON has them all."""


@click.command()
@click.argument("result", type=click.Path(path_type=Path, exists=True))
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
    "--plot",
    type=OutputPath(endings=(".png", ".svg")),
    help="Also a picture, .png or .svg 另画一张图，.png 或 .svg.",
)
@pass_session
def summary(session: Session, result: Path, format_: str, plot: Path | None) -> None:
    """Sum up RESULT, which `audit portfolio score` wrote: totals, grades, costliest rules, outliers, claims, rejects.

    汇总 audit portfolio score 的结果 RESULT：总分分布、等级、扣分最多的规则、离群部门、自评对照、退回原因。
    """
    from cli.portfolio.telling import tell
    from engine.portfolio.opening import open_result
    from engine.portfolio.summary import summary_of
    from engine.portfolio.workspace import workspace

    with workspace(reading=result) as work:
        unread = open_result(work, result)
        found = summary_of(work.connection)
    tell(session, unread)
    if format_ == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(part for part in _tables(session, found) if part).rstrip("\n"))
    if plot is not None:
        _plot(session, found, plot)


def _plot(session: Session, found: dict[str, Any], path: Path) -> None:
    from engine.portfolio.plots import plot
    from engine.writing import write_whole

    content, chinese = plot(found, path)
    write_whole(path, content)
    if not chinese:
        message = Text(
            "没有找到中文字体，图中用英文和 id 标注",
            "no Chinese font was found: the picture is labelled in English and by ids",
        )
        click.echo(session.say(message), err=True)


def _others(session: Session, count: int) -> str:
    return session.say(Text(f"另有 {count:,} 种", f"and {count:,} others")) if count > 0 else ""


def _tables(session: Session, found: dict[str, Any]) -> list[str]:
    from cli.portfolio.tables import shown

    about, totals = found["about"], found["totals"]
    departments, points = Text("部门数", "departments"), Text("分值", "points")
    head = Text(
        f"{about['ruleset']}：读入 {about['read']}，评分 {about['scored']}，退回 {about['rejected']}",
        f"{about['ruleset']}: {about['read']} read, {about['scored']} scored, {about['rejected']} rejected",
    )
    names = {
        "mean": Text("平均", "mean"), "least": Text("最低", "least"), "lower_quartile": Text("下四分位", "lower quartile"),
        "median": Text("中位", "median"), "upper_quartile": Text("上四分位", "upper quartile"), "greatest": Text("最高", "greatest"),
    }  # fmt: skip
    return [
        f"{session.say(head)}\n",
        shown(session, Text("总分", "Totals"), [names[one] for one in totals], [list(totals.values())]),
        shown(session, Text("分布", "Distribution"), [Text("从", "from"), Text("到", "to"), departments],
              [list(one.values()) for one in found["histogram"] if one["departments"]]),
        shown(session, Text("等级", "Grades"), [Text("等级", "grade"), departments], [list(one.values()) for one in found["grades"] if one["grade"]]),
        shown(session, Text("扣分最多的指标", "Criteria that lost most"),
              [Text("指标", "criterion"), Text("名称", "title"), points, Text("平均扣分", "average lost")],
              [[one["criterion"], one["title" if session.language == "zh" else "title_en"] or one["title"], one["points"], one["average_lost"]]
               for one in found["criteria"]]),
        shown(session, Text("扣分最多的规则", "Rules that cost most"),
              [Text("规则", "rule"), Text("指标", "criterion"), departments, Text("条数", "lines"), Text("扣分", "points")],
              [list(one.values()) for one in found["rules"]]),
        shown(session, Text("离群部门", "Outliers"), [Text("部门", "department"), Text("总分", "total")], [list(one.values()) for one in found["outliers"]]),
        shown(session, Text("自评与计算", "Claimed and computed"),
              [Text("指标", "criterion"), departments, Text("高报", "more"), Text("一致", "same"), Text("低报", "less"),
               Text("平均差", "average difference"), Text("差最多的部门", "furthest"), Text("差", "by")],
              [list(one.values()) for one in found["claims"]]),
        shown(session, Text("退回原因", "Rejects"), [Text("代码", "code"), Text("事实", "fact"), departments],
              [list(one.values()) for one in found["reject_facts"][:MOST_REJECTS]]),
        _others(session, len(found["reject_facts"]) - MOST_REJECTS),
    ]  # fmt: skip
