"""``audit score``: facts in, a ledger of deductions and a breakdown of points out."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Session, pass_session
from cli.language import wanted
from cli.messages import print_error
from cli.outputs import OutputPath
from engine.errors import AuditError, OutputIsInput, Text, one_line
from engine.ledger.scoring import Scoring

if TYPE_CHECKING:
    from engine.language.numbers import Rational


def _points(context: click.Context, parameter: click.Parameter, value: str | None) -> Rational | None:
    """The option's number of points, read exactly."""
    from engine.language.numbers import MalformedValue, parse_number

    try:
        return None if value is None else parse_number(value)
    except MalformedValue as error:
        raise click.BadParameter(one_line(error.reason.in_language(wanted()))) from None


KINDS = {"table": "text", "json": "json", "csv": "csv", "markdown": "markdown"}
REPORTS = dict.fromkeys(("html", "xlsx", "docx"), "audit report FACTS")


@click.command()
@click.argument("facts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--ruleset",
    "-r",
    help="Id or file of the ruleset; default: the one each file names 规则集的 id 或文件；默认用各事实文件所写的.",
)
@click.option(
    "--format", "-f", "format_", type=click.Choice(["table", "json", "csv", "markdown"]), default="table", show_default=True,
    help="Output format 输出格式.",
)  # fmt: skip
@click.option(
    "--output",
    "-o",
    type=OutputPath(kind=KINDS, by="format_", elsewhere=REPORTS),
    help="Write to this file 写入文件.",
)
@click.option(
    "--fail-under",
    callback=_points,
    metavar="POINTS",
    help="Exit 1 if any total is below 总分低于此值时退出码为 1.",
)
@click.option(
    "--against", "report", type=click.Path(path_type=Path, dir_okay=False), metavar="REPORT",
    help="Hold the points against the scores claimed in this report (.txt, .docx, .pdf) 与报告中的自评得分对照.",
)  # fmt: skip
@pass_session
def score(
    session: Session,
    facts: tuple[Path, ...],
    ruleset: str | None,
    format_: str,
    output: Path | None,
    fail_under: Rational | None,
    report: Path | None,
) -> None:
    """Score facts files (YAML or JSON): every deduction with its figures and clause, and the points.

    With several files, the good ones are scored and the bad ones reported (exit 3).

    为事实文件（YAML 或 JSON）评分：每一项扣分连同数字和条款，以及得分。

    一次给出几个文件时，可用的照常计分，不可用的逐一报告（退出码 3）。
    """
    from cli.files import score_file

    if report is not None and (len(facts) > 1 or format_ not in ("table", "markdown")):
        only = Text(
            "--against 只对照一个部门，格式为 table 或 markdown",
            "--against compares one department, as a table or in Markdown",
        )
        raise click.UsageError(session.say(only))
    scorings: list[Scoring] = []
    exit_code = 0
    for path in facts:
        try:
            scorings.append(score_file(path, ruleset, session))
        except OutputIsInput:
            raise
        except AuditError as error:
            print_error(error, session.language)
            exit_code = max(exit_code, error.exit_code)
    if scorings:
        choices = {"several": len(facts) > 1} if format_ == "json" else {}
        shown = importlib.import_module(f"cli.output.{format_}").render(scorings, session, **choices)
        if report is not None:
            from cli.output.against import render_against

            shown = f"{shown}\n\n{render_against(scorings[0], report, format_, session)}"
        _put(shown, output, mark=format_ == "csv")
    if fail_under is not None and _tell_below(scorings, fail_under, session):
        exit_code = max(exit_code, 1)
    if exit_code:
        raise SystemExit(exit_code)


def _tell_below(scorings: list[Scoring], limit: Rational, session: Session) -> bool:
    """Name each department whose total is below the limit; whether there is one."""
    from engine.language.numbers import format_exact, format_fixed, terminating_decimals
    from engine.view import points_text

    below = [one for one in scorings if one.total < limit]
    for one in below:
        decimals = one.evaluation.ruleset.decimals
        department, total = one_line(one.evaluation.facts.department), points_text(one.total, decimals)
        fits = (terminating_decimals(limit) or 0) <= decimals
        least = format_fixed(limit, decimals) if fits else format_exact(limit)
        text = Text(
            f"{department}：总分 {total} 低于 {least}", f"{department}: the total {total} is below {least}"
        )
        click.echo(session.say(text), err=True)
    return bool(below)


def _put(shown: str, output: Path | None, *, mark: bool) -> None:
    """Print it, or write it to a file; ``mark`` begins the file with the sign by which Excel knows UTF-8."""
    if output is None:
        click.echo(shown)
        return
    from engine.writing import write_whole

    write_whole(output, (click.unstyle(shown) + "\n").encode("utf-8-sig" if mark else "utf-8"))
