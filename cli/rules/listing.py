"""``audit rules list``: the rulesets at hand, each with what a reader asks first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cli.context import Session, pass_session
from engine.errors import Problem, RulesetError, Text, one_line

if TYPE_CHECKING:
    from engine.ruleset.library import Library
    from engine.ruleset.model import Ruleset

HEADINGS = (
    Text("规则集", "ruleset"), Text("年度", "year"), Text("名称", "title"), Text("发布单位", "authority"),
    Text("分值", "points"), Text("指标", "criteria"), Text("规则", "rules"), Text("位置", "where"),
)  # fmt: skip
SHIPPED = Text("随附", "shipped")


@dataclass(frozen=True, slots=True)
class Entry:
    """A ruleset that was found: loaded, or with what is wrong with it. ``folder`` is empty for a shipped one."""

    id: str
    folder: str
    file: str
    ruleset: Ruleset | None
    problem: Problem | None


@click.command("list")
@click.option(
    "--format", "-f", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Output format 输出格式.",
)  # fmt: skip
@pass_session
def list_rulesets(session: Session, format_: str) -> None:
    """List the rulesets at hand: your own folders' first, then the shipped ones.

    One that cannot be used is listed with its first problem, and the exit code is 4.

    列出现有的规则集：先是自己文件夹里的，再是随附的。

    不能使用的规则集列出其第一个问题，退出码为 4。
    """
    library = session.library()
    entries = [_entry(ruleset_id, library) for ruleset_id in library.ids()]
    click.echo(_as_json(entries, session) if format_ == "json" else _as_table(entries, session))
    if any(entry.problem is not None for entry in entries):
        raise SystemExit(RulesetError.exit_code)


def _entry(ruleset_id: str, library: Library) -> Entry:
    folder = file = ""
    try:
        path = library.find(ruleset_id)
        file = str(path)
        folder = next((str(one) for one in library.folders if path.is_relative_to(one)), "")
        return Entry(ruleset_id, folder, file, library.load(ruleset_id), None)
    except RulesetError as error:
        return Entry(ruleset_id, folder, file, None, error.problems[0])


def _leaves(ruleset: Ruleset) -> int:
    return sum(not node.children for node in ruleset.root.subtree())


def _as_table(entries: list[Entry], session: Session) -> str:
    import wcwidth  # noqa: F401 - tabulate aligns wide characters only where this can be imported
    from tabulate import tabulate

    rows = [[one_line(cell) for cell in _cells(entry, session)] for entry in entries]
    align = ["left", "left", "left", "left", "right", "right", "right", "left"]
    headings = [session.say(heading) for heading in HEADINGS]
    return tabulate(
        rows, headings, tablefmt="simple", colalign=align if rows else None, disable_numparse=True,
        maxcolwidths=[None, None, 60, 24, None, None, None, None],
    )  # fmt: skip


def _cells(entry: Entry, session: Session) -> list[str]:
    where = entry.folder or session.say(SHIPPED)
    ruleset = entry.ruleset
    if ruleset is None:
        assert entry.problem is not None
        return [entry.id, "", f"✗ {_told(entry.problem, session)}", "", "", "", "", where]
    from engine.language.numbers import format_exact

    return [
        entry.id, str(ruleset.year), session.say(ruleset.title), ruleset.authority,
        format_exact(ruleset.root.points), str(_leaves(ruleset)), str(len(ruleset.rules)), where,
    ]  # fmt: skip


def _told(problem: Problem, session: Session) -> str:
    """The problem in short: which file it is in stands beside it."""
    line = problem.where.line if problem.where is not None else 0
    place = session.say(Text(f"（第 {line} 行）", f" (line {line})")) if line else ""
    return f"{problem.code} {session.say(problem.message)}{place}"


def _as_json(entries: list[Entry], session: Session) -> str:
    rows = [_object(entry, session) for entry in entries]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _object(entry: Entry, session: Session) -> dict[str, Any]:
    found = {"id": entry.id, "file": entry.file, "shipped": not entry.folder}
    ruleset, problem = entry.ruleset, entry.problem
    if ruleset is None:
        assert problem is not None
        where = {"file": problem.where.file, "line": problem.where.line} if problem.where else None
        told = {"code": problem.code, "message": session.say(problem.message), "where": where}
        return {**found, "problem": told}
    from engine.language.numbers import format_exact

    return {
        **found,
        "year": ruleset.year,
        "title": {"zh": ruleset.title.zh, "en": ruleset.title.en},
        "authority": ruleset.authority,
        "points": format_exact(ruleset.root.points),
        "criteria": _leaves(ruleset),
        "rules": len(ruleset.rules),
        "digest": ruleset.digest,
        "problem": None,
    }
