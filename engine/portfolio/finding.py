"""What stands below INPUT: every file is one to be read, or is named with the reason why it is not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.causes import cause
from engine.errors import Position, Problem, Text, UsageProblem, text_list
from engine.inputs import shown
from engine.portfolio.layout import MAIN
from engine.suggestions import suggestion

FACTS_FILES = (".yaml", ".yml", ".json", ".xlsx")
TABLES = (".csv", ".parquet")
DATABASES = (".duckdb", ".db")
_OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".et", ".ett", ".numbers")
_MOST_NAMED = 20

_HIDDEN = Text("隐藏的文件或文件夹", "hidden")
_LOCK = Text("Office 打开文件时的临时文件", "what Office keeps beside a file that is open")
_LINKED_FOLDER = Text("不跟随指向文件夹的链接", "a link to a folder is not followed")
_DANGLING = Text("链接没有指向文件", "the link leads to no file")
_NO_FILE = Text("既不是文件也不是文件夹", "neither a file nor a folder")
_BELOW_TABLES = Text("表只从 INPUT 本身读取", "tables are read from INPUT itself only")


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or folder below INPUT that is not read, by its path from there, and why."""

    file: str
    why: Text


@dataclass(frozen=True, slots=True)
class Given:
    """What INPUT holds: facts files, or tables by name, or a database."""

    path: Path
    files: tuple[Path, ...] = ()
    tables: Mapping[str, Path] = field(default_factory=dict)
    database: bool = False
    unread: tuple[Unread, ...] = ()

    def shown(self, file: Path) -> str:
        """The file's path from INPUT on."""
        return shown(file.relative_to(self.path)) if file != self.path else shown(file)


def look_into(path: Path, tables: Collection[str]) -> Given:
    """What is to be read at ``path``, where tables may have the names given.

    Raises :class:`UsageProblem` where there is nothing.
    """
    if path.is_file() and path.suffix.lower() in DATABASES:
        return Given(path, database=True)
    given = Given(path)
    if path.is_dir():
        suffix = next((one for one in TABLES if (path / f"{MAIN}{one}").is_file()), "")
        given = _tables(path, suffix, tables) if suffix else _facts_files(path)
    if not given.files and not given.tables:
        raise _nothing(given)
    return given


def _nothing(given: Given) -> UsageProblem:
    message = Text("这里没有可读的部门数据", "there are no departments here to read")
    if given.unread:
        named = text_list(f"{one.file}" for one in given.unread[:_MOST_NAMED])
        more = "…" if len(given.unread) > _MOST_NAMED else ""
        message = Text(f"{message.zh}；未读取：{named.zh}{more}", f"{message.en}; not read: {named.en}{more}")
    fix = Text(
        "给出事实文件的文件夹、含 main.csv 或 main.parquet 的文件夹，或 .duckdb 数据库",
        "give a folder of facts files, one with main.csv or main.parquet, or a .duckdb database",
    )
    return UsageProblem([Problem("U032", message, Position(shown(given.path)), fix=fix)])


def _facts_files(folder: Path) -> Given:
    files: list[Path] = []
    unread: list[tuple[Path, Text]] = []
    for path, why in _below(folder, deep=True):
        why = why or _no_facts_file(path)
        if why is None:
            files.append(path)
        else:
            unread.append((path, why))
    return Given(folder, files=tuple(sorted(files)), unread=_unread(folder, unread))


def _no_facts_file(path: Path) -> Text | None:
    suffix = path.suffix.lower()
    if suffix in FACTS_FILES:
        return None
    if suffix in _OTHER_WORKBOOKS:
        return Text("这种工作簿不读；另存为 .xlsx", "a workbook of another kind; save it as .xlsx")
    if suffix in TABLES:
        return Text(f"没有 {MAIN}{suffix}，不作为表读取", f"a table, where there is no {MAIN}{suffix}")
    if suffix in DATABASES:
        return Text("数据库要单独作为 INPUT", "a database is an INPUT of its own")
    meant = next((one for one in FACTS_FILES if one in map(str.lower, path.suffixes)), None)
    if meant is not None:
        return Text(
            f"名称不以 {meant} 结尾；如是事实文件，请改名",
            f"its name does not end in {meant}; rename it if it is a facts file",
        )
    listed = text_list(FACTS_FILES)
    return Text(f"不是事实文件（{listed.zh}）", f"no facts file ({listed.en})")


def _tables(folder: Path, suffix: str, known: Collection[str]) -> Given:
    tables: dict[str, Path] = {}
    unread: list[tuple[Path, Text]] = []
    for path, why in _below(folder, deep=False):
        if why is None and path.suffix == suffix and path.stem in known:
            tables[path.stem] = path
        else:
            unread.append((path, why or _no_table(path, suffix, known)))
    ordered = {one: tables[one] for one in known if one in tables}
    return Given(folder, tables=ordered, unread=_unread(folder, unread))


def _no_table(path: Path, suffix: str, known: Collection[str]) -> Text:
    if path.suffix.lower() != suffix:
        return Text(f"读取的表是 {MAIN}{suffix} 等", f"the tables read are {MAIN}{suffix} and its like")
    meant = suggestion(path.stem, [*known])
    none = Text("不是这个规则集的表", "no table of the ruleset")
    return Text(f"{none.zh}；{meant.zh}", f"{none.en}; {meant.en}") if meant else none


def _unread(folder: Path, found: list[tuple[Path, Text]]) -> tuple[Unread, ...]:
    return tuple(
        Unread(shown(path.relative_to(folder)), why) for path, why in sorted(found, key=lambda one: one[0])
    )


def _below(folder: Path, *, deep: bool) -> Iterator[tuple[Path, Text | None]]:
    """Every file below the folder, with the reason where it cannot be one to read; a folder that is not entered is
    named in place of what it holds."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = list(found)
        except OSError as error:
            why = cause(error)
            yield here, Text(f"打不开文件夹（{why.zh}）", f"the folder cannot be opened ({why.en})")
            continue
        for entry in entries:
            path = here / entry.name
            if entry.name.startswith("."):
                yield path, _HIDDEN
            elif entry.is_dir(follow_symlinks=False):
                if deep:
                    waiting.append(path)
                else:
                    yield path, _BELOW_TABLES
            else:
                yield path, _LOCK if entry.name.startswith("~$") else _special(entry)


def _special(entry: os.DirEntry[str]) -> Text | None:
    try:
        if entry.is_file():
            return None
        if entry.is_dir():
            return _LINKED_FOLDER
    except OSError:
        return _DANGLING  # a link that leads back to itself
    return _DANGLING if entry.is_symlink() else _NO_FILE
