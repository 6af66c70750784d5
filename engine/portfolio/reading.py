"""Where departments come from: facts files, CSV or Parquet tables in a folder, or a DuckDB database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.errors import AuditError, FactsError, Position, Problem, Text, UsageProblem
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.inputs import note_input
from engine.language.types import suggestion
from engine.portfolio.csv_tables import create_table
from engine.portfolio.layout import BESIDE, MAIN, Layout
from engine.portfolio.loading import RawTables, create_raw
from engine.portfolio.quoting import literal, name
from engine.portfolio.reporting import Report
from engine.ruleset.model import Ruleset
from engine.source import read_source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FACTS_FILES = (".yaml", ".yml", ".json", ".xlsx")
DATABASES = (".duckdb", ".db")
_BATCH = 2000
FactsReader = Callable[[Path, Ruleset, bool], Facts]
"""Reads a facts file by a ruleset, of any year if so told. Raises :class:`FactsError`."""


def facts_in_text(path: Path, ruleset: Ruleset, any_year: bool) -> Facts:
    """The facts in a YAML or JSON file; a workbook is for whoever can read it."""
    return read_facts(read_source(path, FactsError), ruleset, any_year=any_year)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A facts file that could not be used, and why."""

    file: str
    error: AuditError


def require_extra() -> None:
    """Raises :class:`UsageProblem` where the extra ``portfolio`` is not installed."""
    import importlib.util

    lacking = [one for one in ("duckdb", "pyarrow") if importlib.util.find_spec(one) is None]
    if lacking:
        listed = "、".join(lacking), ", ".join(lacking)
        message = Text(f"缺少软件包 {listed[0]}", f"the package {listed[1]} is not installed")
        fix = Text("运行 pip install 'audit-score[portfolio]'", "run pip install 'audit-score[portfolio]'")
        raise UsageProblem([Problem("U030", message, fix=fix)])


@contextmanager
def workspace(memory_limit: str = "", threads: int = 0) -> Iterator[DuckDBPyConnection]:
    """A database in a temporary folder, so that what does not fit into memory goes to the disk."""
    require_extra()
    import duckdb

    with TemporaryDirectory(prefix="audit-portfolio-") as folder:
        try:
            with duckdb.connect(str(Path(folder) / "portfolio.duckdb")) as connection:
                connection.execute(f"SET temp_directory = {literal(str(Path(folder) / 'spill'))}")
                connection.execute("SET enable_progress_bar = false")
                if memory_limit:
                    connection.execute(f"SET memory_limit = {literal(memory_limit)}")
                if threads:
                    connection.execute(f"SET threads = {threads}")
                yield connection
        except duckdb.OutOfMemoryException:
            message = Text("内存上限太低，算不下去", "the memory limit is too low to go on")
            fix = Text(
                "调高 --memory-limit，或减少 --threads", "raise --memory-limit, or use fewer --threads"
            )
            raise UsageProblem([Problem("U031", message, fix=fix)]) from None
        except (duckdb.IOException, duckdb.TransactionException) as error:
            said = str(error).splitlines()[0]
            message = Text(f"无法读写磁盘（{said}）", f"the disk cannot be read or written ({said})")
            fix = Text(
                "腾出空间，或用 TMPDIR 换一个临时文件夹",
                "free space, or choose another folder for temporary files with TMPDIR",
            )
            raise UsageProblem([Problem("U034", message, fix=fix)]) from None
        except duckdb.ParserException as error:
            if "memory" not in str(error):
                raise
            message = Text(f"不认识的内存大小 {memory_limit}", f"'{memory_limit}' is no amount of memory")
            raise UsageProblem(
                [Problem("U031", message, fix=Text("写成 2GB", "write it like 2GB"))]
            ) from None


def load(
    connection: DuckDBPyConnection,
    layout: Layout,
    path: Path,
    report: Report,
    read: FactsReader = facts_in_text,
    *,
    any_year: bool = False,
) -> list[Unreadable]:
    """The departments at ``path`` as raw tables. Facts files that cannot be used are returned.

    Raises :class:`FactsError` or :class:`UsageProblem` where nothing can be read.
    """
    note_input(path)
    if path.is_file() and path.suffix.lower() in DATABASES:
        _attach(connection, layout, path)
        return []
    if path.is_dir():
        if suffix := _suffix_of(path):
            _tables(connection, layout, path, suffix)
            return []
        files = sorted(one for one in path.rglob("*") if _is_facts_file(one))
        if files:
            return _facts_files(connection, layout, path, files, report, read, any_year=any_year)
    message = Text("这里没有可读的部门数据", "there are no departments here to read")
    fix = Text(
        "给出事实文件的文件夹、含 main.csv 或 main.parquet 的文件夹，或 .duckdb 数据库",
        "give a folder of facts files, one with main.csv or main.parquet, or a .duckdb database",
    )
    raise UsageProblem([Problem("U032", message, Position(str(path)), fix=fix)])


def _is_facts_file(path: Path) -> bool:
    """Whether it is one by its name. Office keeps a file ``~$…`` beside each that is open."""
    return path.suffix.lower() in FACTS_FILES and not path.name.startswith("~$") and path.is_file()


def _suffix_of(folder: Path) -> str:
    """How the names of the tables in the folder end; empty where there are none."""
    return next((one for one in (".csv", ".parquet") if (folder / f"{MAIN}{one}").is_file()), "")


def unread(path: Path, layout: Layout) -> list[tuple[Path, Text | None]]:
    """Files beside the tables at ``path`` that are none of them, each with the table that may be meant."""
    suffix = _suffix_of(path)
    if not suffix:
        return []
    known = {f"{one}{suffix}" for one in _known(layout)}
    others = sorted(one for one in path.iterdir() if one.is_file() and one.name not in known)
    return [
        (one, suggestion(one.stem, _known(layout)) if one.suffix.lower() == suffix else None)
        for one in others
        if not one.name.startswith((".", "~$"))
    ]


def _known(layout: Layout) -> list[str]:
    return [MAIN, *layout.lists, *BESIDE]


def _tables(connection: DuckDBPyConnection, layout: Layout, folder: Path, suffix: str) -> None:
    import duckdb

    create_raw(connection)
    for table in _known(layout):
        file = folder / f"{table}{suffix}"
        if not file.is_file():
            continue
        if suffix == ".csv":
            create_table(connection, f"raw.{name(table)}", file)
            continue
        try:
            source = f"read_parquet({literal(str(file))})"
            connection.execute(f"CREATE VIEW raw.{name(table)} AS SELECT * FROM {source}")
        except duckdb.Error as error:
            if isinstance(error, duckdb.OutOfMemoryException):
                raise
            said = str(error).splitlines()[0]
            message = Text(f"无法读取（{said}）", f"cannot be read ({said})")
            raise FactsError([Problem("S102", message, Position(str(file)))]) from None


def _attach(connection: DuckDBPyConnection, layout: Layout, path: Path) -> None:
    import duckdb

    create_raw(connection)
    try:
        connection.execute(f"ATTACH IF NOT EXISTS {literal(str(path))} AS given (READ_ONLY)")
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        message = Text(f"无法打开数据库（{said}）", f"the database cannot be opened ({said})")
        raise FactsError([Problem("S102", message, Position(str(path)))]) from None
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'given' AND table_schema = 'main'"
    ).fetchall()
    there = {one for (one,) in found}
    for table in _known(layout):
        if table in there:
            connection.execute(f"CREATE VIEW raw.{name(table)} AS SELECT * FROM given.main.{name(table)}")


def _facts_files(
    connection: DuckDBPyConnection,
    layout: Layout,
    folder: Path,
    files: list[Path],
    report: Report,
    read: FactsReader,
    *,
    any_year: bool,
) -> list[Unreadable]:
    tables = RawTables(layout)
    tables.create(connection)
    unreadable: list[Unreadable] = []
    for number, file in enumerate(files):
        report("read", number, len(files))
        try:
            facts = read(file, layout.ruleset, any_year)
        except FactsError as error:
            unreadable.append(Unreadable(str(file.relative_to(folder)), error))
            continue
        tables.add_facts(facts, facts.department)
        if len(tables) >= _BATCH:
            tables.insert(connection)
    tables.insert(connection)
    return unreadable
