"""``audit report``: a scoring as a page, a score sheet, a Word report or Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Position, Problem, RecordError, Text
from engine.ledger.scoring import Scoring

if TYPE_CHECKING:
    from engine.documents.report.content import Report
    from engine.view import View

SUFFIXES = (".html", ".xlsx", ".docx", ".md")


@click.command()
@click.argument("source", metavar="FACTS|RESULT", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", required=True, type=OutputPath(endings=SUFFIXES),
    help="The file to write; .html, .xlsx, .docx or .md says which report it is 输出文件.",
)  # fmt: skip
@click.option("--ruleset", "-r", help="Id or file of the ruleset; default: the one the file names 规则集.")
@click.option(
    "--template", "-t", type=click.Path(path_type=Path, dir_okay=False),
    help="A Word template instead of the shipped one, for .docx 自备的 Word 模板.",
)  # fmt: skip
@pass_session
def report(session: Session, source: Path, output: Path, ruleset: str | None, template: Path | None) -> None:
    """Report the score of FACTS, or of a RESULT that `audit score --format json` wrote.

    A result is computed anew first: one that does not agree with its own facts gets no report.

    为 FACTS（事实文件）或 RESULT（`audit score --format json` 的结果）生成报告。

    结果文件先重新计算；与其中的事实不一致的，不予报告。
    """
    from engine.documents.report.gathering import report_of
    from engine.view import View
    from engine.writing import write_whole

    suffix = output.suffix.lower()
    if template is not None and suffix != ".docx":
        only = session.say(Text("模板只用于 .docx", "a template is for .docx"))
        raise click.BadParameter(only, param_hint="--template")
    view = View(_scoring(source, ruleset, session), session.language)
    write_whole(output, _rendered(suffix, view, report_of(view), template))


def _rendered(suffix: str, view: View, content: Report, template: Path | None) -> bytes:
    if suffix == ".html":
        from engine.documents.report import page

        return page.render(content)
    if suffix == ".xlsx":
        from engine.documents.report import score_sheet

        return score_sheet.render(view, content)
    if suffix == ".docx":
        from engine.documents.report import word

        return word.render(content, template)
    from engine.documents.report import markdown

    return markdown.render(content)


def _scoring(source: Path, ruleset: str | None, session: Session) -> Scoring:
    """The facts scored, or the result's own facts scored again and found to agree with it."""
    from cli.files import is_result, score_file

    if not is_result(source):
        return score_file(source, ruleset, session)
    from engine.record.reading import read_records
    from engine.record.verifying import differences, recompute

    records = read_records(source)
    if len(records) != 1:
        message = Text(f"文件里有 {len(records)} 个结果", f"there are {len(records)} results in the file")
        fix = Text("一次报告一个部门", "report one department at a time")
        raise RecordError([Problem("V004", message, Position(str(source)), fix=fix)])
    record = records[0]
    if not ruleset:
        session.library().find(
            record.ruleset.id, "file"
        )  # a result may name a ruleset, not a path on this machine
    scoring = recompute(record, session.ruleset(ruleset or record.ruleset.id), str(source))
    if changed := differences(record, scoring):
        paths = ", ".join(one.path for one in changed[:5])
        message = Text(
            f"结果与按其事实重新计算的不一致（{len(changed)} 处：{paths}）",
            f"the result is not what its own facts give ({len(changed)} differences: {paths})",
        )
        fix = Text("用 audit verify 查看；用事实文件重新评分", "see audit verify; score the facts again")
        raise RecordError([Problem("V005", message, Position(str(source)), fix=fix)])
    return scoring
