"""``audit verify``: a result document computed anew, and what differs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.context import Session, pass_session
from engine.errors import Text, one_line


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
    from engine.record.verifying import read_records
    from engine.record.verifying import verify as differences_of

    differs = False
    for path in records:
        for record in read_records(path):
            name = one_line(f"{path}: {record.department} {record.year}")
            found = differences_of(record, session.ruleset(ruleset or record.ruleset.id), str(path))
            figures = [one for one in found if not one.is_stamp]
            stamps = [one for one in found if one.is_stamp]
            if all(one.path.startswith("engine.") for one in found):
                total = f"{record.total} {record.grade}"
                click.echo(session.say(Text(f"{name}：一致（{total}）", f"{name}: agrees ({total})")))
                if found:
                    other = Text(
                        "  （由另一版本的程序计算）", "  (computed by another version of the program)"
                    )
                    click.echo(session.say(other))
                continue
            differs = True
            count = len(figures)
            click.echo(
                session.say(
                    Text(
                        f"{name}：不一致，{count} 处数字或文字不同",
                        f"{name}: differs in {count} figures or texts",
                    )
                )
            )
            for one in [*stamps, *figures]:
                recorded, computed = _shown(one.recorded), _shown(one.computed)
                click.echo(
                    session.say(
                        Text(
                            f"  {one.path}：记录 {recorded}，重算 {computed}",
                            f"  {one.path}: recorded {recorded}, computed {computed}",
                        )
                    )
                )
    if differs:
        raise SystemExit(1)


def _shown(value: object) -> str:
    text = one_line(json.dumps(value, ensure_ascii=False)) if value is not None else "—"
    return text if len(text) <= 120 else f"{text[:117]}…"
