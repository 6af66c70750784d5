"""``audit template``: the workbook that a department fills in, and that ``audit score`` reads."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import FactsError, Text


@click.command()
@click.argument("ruleset")
@click.option(
    "--output", "-o", required=True, type=OutputPath(endings=(".xlsx",), filled_in=True),
    help="The workbook to write, .xlsx 要生成的工作簿.",
)  # fmt: skip
@click.option(
    "--from", "source", type=click.Path(path_type=Path, dir_okay=False),
    help="Fill it in from this facts file (YAML or JSON), complete or not 用已有的事实文件填好.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there 覆盖已有的文件.")
@pass_session
def template(session: Session, ruleset: str, output: Path, source: Path | None, force: bool) -> None:
    """Write the workbook in which a department states its facts for RULESET (id or file).

    Labels are locked, amounts and dates are checked while typing. `audit score facts.xlsx` reads it.

    生成部门填报 RULESET（id 或文件）事实的工作簿。

    标签已锁定，金额和日期在填写时校验。填好后用 `audit score facts.xlsx` 评分。
    """
    from engine.documents.workbook.filling import empty_filling, filling_of
    from engine.documents.workbook.template import template as write_template
    from engine.source import read_source
    from engine.writing import write_new, write_whole

    wanted = session.ruleset(ruleset)
    filling = filling_of(read_source(source, FactsError), wanted) if source else empty_filling(wanted)
    write = write_whole if force else write_new
    write(output, write_template(wanted, filling, session.language))
    command = f"audit score {output}" if ruleset == wanted.id else f"audit score {output} -r {ruleset}"
    click.echo(
        session.say(
            Text(
                f"已生成 {output}；填好后运行 {command}",
                f"{output} is ready; filled in, score it with {command}",
            )
        ),
        err=True,
    )
