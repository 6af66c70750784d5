"""``audit extract``: figures and claimed scores read from a narrative report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text, one_line

if TYPE_CHECKING:
    from engine.documents.extraction.extracting import Extraction, Finding


@click.command()
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--ruleset", "-r", required=True, help="Id or file of the ruleset whose phrases are looked for 规则集."
)
@click.option(
    "--output",
    "-o",
    type=OutputPath(kind="yaml", elsewhere={"xlsx": "audit template RULESET --from FACTS"}, filled_in=True),
    help="The facts file to write 输出的事实文件.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there 覆盖已有的文件.")
@pass_session
def extract(session: Session, report: Path, ruleset: str, output: Path | None, force: bool) -> None:
    """Read the figures and claimed scores in REPORT (.txt, .docx or .pdf) by RULESET's `found_as`.

    Prints what was found, with its sentence and place, what is doubtful, and what was not found.
    The file written is the beginning of a facts file; `audit template --from` goes on from it.

    按规则集的 `found_as` 从报告 REPORT（.txt、.docx 或 .pdf）中摘录数字和自评得分。

    列出找到的（附原句和位置）、存疑的和没有找到的；写出的事实文件待补填，可用 `audit template --from` 接着填。
    """
    from engine.documents.extraction.extracting import extract as extract_from
    from engine.documents.extraction.facts_file import facts_file
    from engine.documents.extraction.narrative import read_narrative
    from engine.writing import write_new, write_whole

    wanted = session.ruleset(ruleset)
    found = extract_from(read_narrative(report), wanted)
    for line in _lines(found, session):
        click.echo(one_line(line))
    if output is not None:
        write = write_whole if force else write_new
        write(output, facts_file(found, wanted, session.language).encode())


def _lines(found: Extraction, session: Session) -> list[str]:
    say = session.say
    lines = [say(Text(f"年度 {found.year or '未找到'}", f"year {found.year or 'not found'}"))]
    lines.append(say(Text(f"找到 {len(found.facts)} 项事实", f"facts found: {len(found.facts)}")))
    lines += [_line(one, session) for one in found.facts]
    lines.append(say(Text(f"找到 {len(found.claims)} 项自评得分", f"claims found: {len(found.claims)}")))
    lines += [_line(one, session) for one in found.claims]
    lines.append(say(Text(f"存疑 {len(found.doubts)} 项", f"doubtful: {len(found.doubts)}")))
    for doubt in found.doubts:
        place = f" [{say(doubt.place)}]" if say(doubt.place) else ""
        sentence = f": {doubt.sentence}" if doubt.sentence else ""
        lines.append(f"  ? {doubt.name} {say(doubt.label)}: {say(doubt.why)}{place}{sentence}")
    lines.append(say(Text(f"未找到 {len(found.missing)} 项", f"not found: {len(found.missing)}")))
    lines += [f"  - {name} {say(label)}" for name, label in found.missing]
    return lines


def _line(one: Finding, session: Session) -> str:
    note = f" ({session.say(one.note)})" if session.say(one.note) else ""
    return f"  {one.name} = {one.text}{note} [{session.say(one.place)}] {one.sentence}"
