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
    from engine.record.verifying import Difference


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

    A changed engine, ruleset or facts hash is told beside the figures it may explain.

    按 JSON 结果文件中的事实重新计算，列出不同之处（有不同时退出码为 1）。

    引擎、规则集或事实的摘要若已改变，一并说明。
    """
    differs = False
    exit_code = 0
    for path in records:
        try:
            differs |= _verify_file(path, ruleset, session)
        except AuditError as error:
            print_error(error, session.language)
            exit_code = max(exit_code, error.exit_code)
    if exit_code or differs:
        raise SystemExit(exit_code or 1)


def _verify_file(path: Path, ruleset: str | None, session: Session) -> bool:
    """Every result in the file verified and told; whether any differs."""
    from engine.record.verifying import read_records
    from engine.record.verifying import verify as differences_of

    differs = False
    for record in read_records(path):
        if not ruleset:
            session.library().find(
                record.ruleset.id
            )  # a result may name a ruleset, not a path on this machine
        found = differences_of(record, session.ruleset(ruleset or record.ruleset.id), str(path))
        name = one_line(f"{path}: {record.department} {record.year}")
        differs |= _tell(name, f"{record.total} {record.grade}", found, session)
    return differs


def _tell(name: str, total: str, found: list[Difference], session: Session) -> bool:
    """What came of one result; whether it differs in more than the version of the program."""
    figures = [one for one in found if not one.is_stamp]
    stamps = [one for one in found if one.is_stamp]
    if all(one.path.startswith("engine.") for one in found):
        click.echo(session.say(Text(f"{name}：一致（{total}）", f"{name}: agrees ({total})")))
        if found:
            other = Text("  （由另一版本的程序计算）", "  (computed by another version of the program)")
            click.echo(session.say(other))
        return False
    count = len(figures)
    summary = Text(
        f"{name}：不一致，{count} 处数字或文字不同", f"{name}: differs in {count} figures or texts"
    )
    click.echo(session.say(summary))
    for one in [*stamps, *figures]:
        recorded, computed = _shown(one.recorded), _shown(one.computed)
        text = Text(
            f"  {one.path}：记录 {recorded}，重算 {computed}",
            f"  {one.path}: recorded {recorded}, computed {computed}",
        )
        click.echo(session.say(text))
    return True


def _shown(value: object) -> str:
    text = one_line(json.dumps(value, ensure_ascii=False)) if value is not None else "—"
    return text if len(text) <= 120 else f"{text[:117]}…"
