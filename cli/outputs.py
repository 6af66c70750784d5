"""Options that say where something is written: known to the run before it reads, and named for what they hold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import click

from engine.errors import Position, Problem, Text, UsageProblem, text_list
from engine.inputs import STANDARD_INPUT, planned

KINDS: Mapping[str, str] = {
    ".txt": "text", ".json": "json", ".csv": "csv", ".md": "markdown", ".markdown": "markdown", ".html": "html",
    ".htm": "html", ".yaml": "yaml", ".yml": "yaml", ".sql": "sql", ".xml": "xml", ".xlsx": "xlsx", ".docx": "docx",
    ".duckdb": "duckdb", ".db": "duckdb", ".parquet": "parquet", ".png": "png", ".svg": "svg", ".pdf": "pdf",
    ".xls": "xls", ".xlsm": "xls", ".xlsb": "xls", ".et": "xls", ".ods": "xls", ".doc": "doc", ".docm": "doc",
    ".wps": "doc", ".odt": "doc", ".tsv": "tsv", ".zip": "zip",
}  # fmt: skip
"""What the ending of a name says that is in the file. Other endings say nothing."""

_TEXTS = frozenset({"json", "csv", "markdown", "html", "yaml", "sql", "xml"})
"""Of these a name in ``.txt`` is true as well."""


class OutputPath(click.Path):
    """What a command writes: a file, or with ``folder`` a folder to put files in, or with ``either`` one of both.

    ``kind`` is what it will hold, or says so by the value of the option ``by``; its name must not say another.
    ``endings`` are the only ones it may have. ``elsewhere`` are the commands that write what this one does not.
    What is ``filled_in`` by hand afterwards is written over only with the command's option ``--force``.
    """

    def __init__(
        self,
        *,
        kind: str | Mapping[str, str] = "",
        by: str = "",
        endings: tuple[str, ...] = (),
        elsewhere: Mapping[str, str] | None = None,
        folder: bool = False,
        either: bool = False,
        exists: bool = False,
        filled_in: bool = False,
    ) -> None:
        super().__init__(path_type=Path, dir_okay=folder or either, file_okay=not folder, exists=exists)
        self.kind = kind
        self.by = by
        self.endings = endings
        self.elsewhere = elsewhere or {}
        self.folder = folder
        self.filled_in = filled_in

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not self.folder:
            planned(path)
        return path

    def check(self, path: Path, values: Mapping[str, Any]) -> None:
        """Raises :class:`UsageProblem` where the name says what the command does not write."""
        if path == STANDARD_INPUT:
            message = Text("“-”不是要写的文件", "'-' is no file to write")
            fix = Text("给出文件名；要输出到屏幕，就不写此项", "name a file; standard output needs no option")
            raise UsageProblem([Problem("U007", message, fix=fix)])
        self._check_name(path, values)
        if self.filled_in and path.exists() and not values["force"]:
            message = Text("这个文件已经有了", "this file is there already")
            fix = Text("换一个文件名；要覆盖就加 --force", "choose another name; --force overwrites it")
            raise UsageProblem([Problem("U006", message, Position(str(path)), fix=fix)])

    def _check_name(self, path: Path, values: Mapping[str, Any]) -> None:
        ending = path.suffix.lower()
        if self.endings and ending not in self.endings:
            raise _belied(path, _must_end_in(self.endings))
        kinds = {self.kind} if isinstance(self.kind, str) else set(self.kind.values())
        kind = self.kind if isinstance(self.kind, str) else self.kind.get(values[self.by] or "", "")
        said = KINDS.get(ending)
        if not any(kinds) or said is None or said in ({kind} if kind else kinds):
            return
        if said == "text" and kind in _TEXTS:
            return
        raise _belied(path, _told(ending, kind), self._fix(said, {kind} if kind else kinds, path))

    def _fix(self, said: str, kinds: Set[str], path: Path) -> Text:
        """How to get what the name says; where that cannot be had, how to name what is written."""
        options = {} if isinstance(self.kind, str) else {kind: value for value, kind in self.kind.items()}
        if said in options:
            return Text(f"加上 -f {options[said]}", f"add -f {options[said]}")
        if said in self.elsewhere:
            command = f"{self.elsewhere[said]} -o {path}"
            return Text(f"用 {command}", f"use {command}")
        return _ending_in(ending for ending, one in KINDS.items() if one in kinds)


def _told(ending: str, kind: str) -> Text:
    """What is wrong with a name that ends so, where ``kind`` is written, or one of several."""
    if not kind:
        return Text(
            f"名称以 {ending} 结尾，这里写不出这种格式",
            f"the name ends in {ending}, which is not written here",
        )
    name = {"text": "文本", "markdown": "Markdown", "parquet": "Parquet", "duckdb": "DuckDB"}.get(
        kind, kind.upper()
    )
    english = "plain text" if kind == "text" else name
    return Text(
        f"名称以 {ending} 结尾，要写的却是 {name}", f"the name ends in {ending}, but this is {english}"
    )


def check_outputs(context: click.Context) -> None:
    """Raises :class:`UsageProblem` where the name of an output belies what the command writes."""
    for parameter in context.command.params:
        path = context.params.get(parameter.name or "")
        if isinstance(parameter.type, OutputPath) and path is not None:
            parameter.type.check(path, context.params)


def _belied(path: Path, message: Text, fix: Text | None = None) -> UsageProblem:
    return UsageProblem([Problem("U005", message, Position(str(path)), fix=fix)])


def _must_end_in(endings: Sequence[str]) -> Text:
    zh, en = "、".join(endings[:-1]), ", ".join(endings[:-1])
    last = endings[-1]
    return Text(
        f"名称须以 {zh and f'{zh} 或 '}{last} 结尾", f"the name must end in {en and f'{en} or '}{last}"
    )


def _ending_in(endings: Iterable[str]) -> Text:
    listed = text_list(endings)
    return Text(f"名称可以 {listed.zh} 结尾", f"names may end in {listed.en}")
