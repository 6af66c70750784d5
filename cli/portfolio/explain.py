"""``audit portfolio explain``: one department's ledger by the main path, equal to the columns."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from cli.context import Session, pass_session
from engine.errors import Text


@click.command()
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@click.argument("department", metavar="ID")
@click.option("--ruleset", "-r", required=True, help="Id or file of the ruleset 规则集的 id 或文件.")
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["table", "json", "csv", "markdown"]),
    default="table",
    show_default=True,
    help="Output format 输出格式.",
)
@pass_session
def explain(session: Session, source: Path, department: str, ruleset: str, format_: str) -> None:
    """Score the department ID of INPUT by the main path, with its figures, and hold it against the columns.

    What is shown is equal to what the columns give, to the cent: the command checks it.

    用主路径为 INPUT 中的部门 ID 评分并列出依据，同时与列式计算核对。

    显示的结果与列式计算一分不差，由本命令核对。
    """
    from cli.files import facts_in
    from cli.portfolio.progress import Progress
    from engine.portfolio.explaining import explain_department
    from engine.portfolio.workspace import workspace

    progress = Progress(session)
    with workspace(reading=source) as work:
        try:
            scoring = explain_department(
                work, session.scorer(ruleset), source, department, progress, facts_in
            )
        finally:
            progress.done()
    click.echo(importlib.import_module(f"cli.output.{format_}").render([scoring], session))
    click.echo(session.say(Text("已与列式计算核对：一致", "held against the columns: equal")), err=True)
