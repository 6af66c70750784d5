"""``audit portfolio template``: the empty tables of a ruleset."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath


@click.command()
@click.argument("ruleset")
@click.option("--output", "-o", required=True, type=OutputPath(folder=True), help="A folder 文件夹.")
@pass_session
def template(session: Session, ruleset: str, output: Path) -> None:
    """Write the headers of every table that RULESET (id or file) reads, as CSV files to fill in.

    One row a department in main.csv, one row a record in the others; the column `department` ties them together.

    把 RULESET（id 或文件）所需各表的表头写成 CSV，供填写。

    main.csv 每个部门一行，其余各表每条记录一行，以 department 列相联。
    """
    from engine.portfolio.layout import layout_of
    from engine.portfolio.templates import write_templates

    for path in write_templates(layout_of(session.library().load(ruleset)), output):
        click.echo(str(path))
