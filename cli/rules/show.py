"""``audit rules show``: a ruleset, its overlays applied, as the official table or as one document."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath

KINDS = {"table": "text", "markdown": "markdown", "html": "html", "yaml": "yaml"}


@click.command()
@click.argument("ruleset")
@click.option(
    "--format", "-f", "format_", type=click.Choice(["table", "markdown", "html", "yaml"]), default="table",
    show_default=True, help="Output format 输出格式.",
)  # fmt: skip
@click.option(
    "--conditions", is_flag=True, help="Also each rule's id and exact condition 显示规则 id 和条件."
)
@click.option(
    "--output", "-o", type=OutputPath(kind=KINDS, by="format_"), help="Write to this file 写入文件."
)
@pass_session
def show(session: Session, ruleset: str, format_: str, conditions: bool, output: Path | None) -> None:
    """Show RULESET (id or file) as it takes effect: levels, points, rules in words, where they come from.

    `yaml` is the resolved document: what an overlay leaves as it was is written out.

    显示 RULESET（id 或文件）的实际内容：各级指标、分值、评分标准和依据。

    yaml 格式是合并后的完整文件，沿用基础规则集的部分也写出来。
    """
    shown = _yaml(session, ruleset) if format_ == "yaml" else _sheet(session, ruleset, format_, conditions)
    if output is None:
        click.echo(shown)
        return
    from engine.writing import write_whole

    write_whole(output, (click.unstyle(shown) + "\n").encode())


def _sheet(session: Session, reference: str, format_: str, conditions: bool) -> str:
    from engine.ruleset.sheet import sheet_of

    sheet = sheet_of(session.library().load(reference), conditions=conditions)
    shown: str = importlib.import_module(f"cli.rules.sheets.{format_}").render(sheet, session)
    return shown


def _yaml(session: Session, reference: str) -> str:
    from engine.ruleset.building import build_ruleset
    from engine.ruleset.dumping import dump

    root = session.library().resolved(reference)
    ruleset = build_ruleset(root)
    return dump(root, [f"{ruleset.id}, resolved", f"digest {ruleset.digest}"]).rstrip("\n")
