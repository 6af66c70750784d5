"""``audit rules compile``: a ruleset as SQL."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath


@click.command("compile")
@click.argument("ruleset")
@click.option(
    "--to",
    type=click.Choice(["sql"]),
    default="sql",
    show_default=True,
    help="The language to write 目标语言.",
)
@click.option("--output", "-o", type=OutputPath(kind="sql"), help="Write to this file 写入文件.")
@pass_session
def compile_ruleset(session: Session, ruleset: str, to: str, output: Path | None) -> None:
    """Write RULESET (id or file) as an SQL script for DuckDB, to read and to run on the portfolio's CSV tables.

    把 RULESET（id 或文件）写成可读的 DuckDB SQL 脚本，可在 audit portfolio template 生成的 CSV 表上运行。
    """
    from engine.portfolio.script import script_of

    shown = script_of(session.library().load(ruleset))
    if output is None:
        click.echo(shown, nl=False)
        return
    from engine.writing import write_whole

    write_whole(output, shown.encode())
