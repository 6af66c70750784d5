"""``audit rules check``: everything that is wrong with rulesets, before they are used."""

from __future__ import annotations

import json

import click

from cli.context import Session, pass_session
from engine.errors import AuditError, Problem, RulesetError, Text, one_line


@click.command()
@click.argument("rulesets", nargs=-1)
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@click.option("--page", metavar="CODE", help="Show the page of a check, such as R102 显示某项检查的说明.")
@pass_session
def check(session: Session, rulesets: tuple[str, ...], format_: str, page: str | None) -> None:
    """Check RULESETS (ids or files; default: all at hand). Exit 1 if there are errors.

    A ruleset switches a check off with `unchecked: [{check: R105, reason: …}]`.

    检查规则集（id 或文件；默认检查全部）。有错误时退出码为 1。

    规则集可用 `unchecked: [{check: R105, reason: …}]` 关闭一项检查，并写明理由。
    """
    if page is not None:
        click.echo(_page(page))
        return
    found: list[Problem] = []
    unusable = False
    for reference in rulesets or session.library().ids():
        try:
            found += _problems(reference, session)
        except RulesetError as error:
            unusable = True
            found += error.problems
    click.echo(_FORMATS[format_](found, session))
    if unusable:
        raise SystemExit(RulesetError.exit_code)
    if any(problem.severity == "error" for problem in found):
        raise SystemExit(1)


def _problems(reference: str, session: Session) -> list[Problem]:
    from engine.ruleset.checks.registry import run_checks
    from engine.testing.coverage import coverage_problems

    library = session.library()
    ruleset = library.load(reference)
    try:
        examples = coverage_problems(ruleset, library.example_folder(ruleset))
    except RulesetError:
        raise
    except AuditError as error:
        examples = list(error.problems)
    return [*run_checks(ruleset), *examples]


def _page(code: str) -> str:
    from engine.ruleset.checks.pages import page_of
    from engine.testing import coverage

    return page_of(code.upper(), [coverage])


def _as_text(found: list[Problem], session: Session) -> str:
    marks = {"error": "", "warning": session.say(Text("［警告］", " [warning]"))}
    lines = [one_line(problem.render(session.language)) + marks[problem.severity] for problem in found]
    errors = sum(problem.severity == "error" for problem in found)
    warnings = len(found) - errors
    summary = Text(f"{errors} 个错误，{warnings} 个警告", f"{errors} errors, {warnings} warnings")
    return "\n".join([*lines, session.say(summary)])


def _as_json(found: list[Problem], session: Session) -> str:
    rows = [
        {
            "code": problem.code,
            "severity": problem.severity,
            "file": problem.where.file if problem.where else "",
            "line": problem.where.line if problem.where else 0,
            "column": problem.where.column if problem.where else 0,
            "path": problem.path,
            "message": session.say(problem.message),
            "fix": session.say(problem.fix) if problem.fix else "",
        }
        for problem in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _as_github(found: list[Problem], session: Session) -> str:
    """GitHub's workflow commands: they mark the lines of a change."""
    lines = []
    for problem in found:
        where = problem.where
        place = f" file={_property(where.file)},line={where.line},col={where.column}," if where else " "
        message = one_line(problem.render(session.language)).replace("%", "%25")
        lines.append(f"::{problem.severity}{place}title={problem.code}::{message}")
    return "\n".join(lines)


def _property(text: str) -> str:
    return one_line(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


_FORMATS = {"text": _as_text, "json": _as_json, "github": _as_github}
