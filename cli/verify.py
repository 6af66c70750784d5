"""``audit verify``: a result document computed anew, and what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Session, pass_session
from cli.messages import print_error
from engine.errors import AuditError, Text, one_line

if TYPE_CHECKING:
    from engine.record.document import ResultDocument
    from engine.record.verifying import Difference

MOST_SHOWN = 200
"""Differences of one result that are told one by one."""


@click.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--ruleset",
    "-r",
    help="Id or file of the ruleset; default: the one the record names 规则集的 id 或文件；默认用结果文件所写的.",
)
@pass_session
def verify(session: Session, records: tuple[Path, ...], ruleset: str | None) -> None:
    """Recompute JSON results from the facts in them, and say what differs (exit 1 if anything does).

    A changed ruleset or facts digest is told beside the figures it may explain.

    按 JSON 结果文件中的事实重新计算，列出不同之处（有不同时退出码为 1）。

    规则集或事实的摘要若已改变，一并说明。
    """
    differs = verified = False
    exit_code = 0
    for path in records:
        try:
            differs |= _verify_file(path, ruleset, session)
            verified = True
        except AuditError as error:
            print_error(error, session.language)
            exit_code = max(exit_code, error.exit_code)
    if verified:
        from engine.record.document import NOT_RECOMPUTED

        listed = ", ".join(NOT_RECOMPUTED)
        click.echo(session.say(Text(f"不重算的项：{listed}", f"not recomputed: {listed}")))
    if exit_code or differs:
        raise SystemExit(exit_code or 1)


def _verify_file(path: Path, ruleset: str | None, session: Session) -> bool:
    """Every result in the file verified and told; whether any differs."""
    from engine.record.reading import read_records
    from engine.record.verifying import verify as differences_of

    differs = False
    for record in read_records(path):
        if not ruleset:
            # A result may name a ruleset, not a path on this machine.
            session.library().find(record.ruleset.id, "file")
        used = session.ruleset(ruleset or record.ruleset.id)
        found = differences_of(record, used, str(path))
        _tell(one_line(f"{path}: {record.department} {record.year}"), record, found, used.decimals, session)
        differs |= bool(found)
    return differs


def _tell(
    name: str, record: ResultDocument, found: list[Difference], decimals: int, session: Session
) -> None:
    """What came of one result."""
    from engine.record.writing import engine_stamp

    click.echo(session.say(_summary(name, record, found, decimals)))
    if engine_stamp() != {"version": record.engine.version, "digest": record.engine.digest}:
        other = Text("  （由另一版本的程序计算）", "  (computed by another version of the program)")
        click.echo(session.say(other))
    digests, figures = _parted(found)
    for one in [*digests, *figures[:MOST_SHOWN]]:
        recorded, computed = _shown(one.recorded), _shown(one.computed)
        text = Text(
            f"  {one_line(one.path)}：记录 {recorded}，重算 {computed}",
            f"  {one_line(one.path)}: recorded {recorded}, computed {computed}",
        )
        click.echo(session.say(text))
    if (more := len(figures) - MOST_SHOWN) > 0:
        click.echo(session.say(Text(f"  另有 {more:,} 处", f"  and {more:,} more")))


def _summary(name: str, record: ResultDocument, found: list[Difference], decimals: int) -> Text:
    from engine.language.numbers import parse_number
    from engine.record.verifying import MOST_DIFFERENCES
    from engine.view import points_text

    digests, figures = _parted(found)
    if figures:
        count = Text(f"{len(figures):,}", f"{len(figures):,}")
        if len(found) >= MOST_DIFFERENCES:
            count = Text(f"至少 {count.zh}", f"at least {count.en}")
        return Text(
            f"{name}：不一致，{count.zh} 处数字或文字不同", f"{name}: differs in {count.en} figures or texts"
        )
    if not digests:
        points = points_text(
            parse_number(record.total), decimals
        )  # which is the number computed: nothing differs
        total = one_line(f"{points} {record.grade}".strip())
        return Text(f"{name}：一致（{total}）", f"{name}: agrees ({total})")
    changed = {one.path for one in digests}
    if changed == {"ruleset.digest"}:
        what = Text("所用规则集已改变", "by another state of the ruleset")
    elif changed == {"facts.digest"}:
        what = Text("事实与其摘要不符", "its digest is not that of its facts")
    else:
        what = Text(
            "规则集已改变，事实与其摘要也不符", "another ruleset, and a digest that is not that of its facts"
        )
    same = Text("数字和文字都相同", "all figures and texts agree")
    return Text(f"{name}：不一致：{what.zh}；{same.zh}", f"{name}: differs: {what.en}; {same.en}")


def _parted(found: list[Difference]) -> tuple[list[Difference], list[Difference]]:
    """The digests, and the figures and texts."""
    return [one for one in found if one.is_digest], [one for one in found if not one.is_digest]


def _shown(value: object) -> str:
    text = one_line(json.dumps(value, ensure_ascii=False)) if value is not None else "—"
    return text if len(text) <= 120 else f"{text[:117]}…"
