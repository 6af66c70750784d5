"""A database of the program's own, which reaches the files it was given and its temporary folder, and nothing else."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from engine.causes import cause
from engine.errors import Position, Problem, Text, UsageProblem
from engine.inputs import shown
from engine.portfolio.finding import DATABASES, TABLES
from engine.portfolio.quoting import literal
from engine.unfinished import passing, remove_tree
from engine.writing import temporary_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ARITHMETIC = "SET error_on_division_by_zero = false"
"""What the columns take for granted: a division by 0 has no value."""
_CLOSED = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET python_enable_replacements = false",
)
_BESIDE_DATABASE = ("", ".wal", ".wal.checkpoint", ".wal.recovery")
"""The files of a database, by what comes after its name."""
_PATTERN = frozenset("*?[]{}\\")
"""Signs by which the database takes a path for a pattern."""


class Workspace:
    """The database, and the folder in which every file it opens has a plain name.

    A path of the user's never becomes part of a query: the database takes ``p[12]`` for a pattern, ``s3://x`` for
    something remote and ``spent=99.5`` for a column.
    """

    def __init__(self, connection: DuckDBPyConnection, folder: Path, part: Path | None) -> None:
        self.connection = connection
        self.folder = folder
        self.part = part
        """Where the result is put together, beside its place; it is not there yet."""
        self._numbers = itertools.count(1)

    def fresh(self, suffix: str) -> Path:
        """A name in the folder that nothing has."""
        return self.folder / f"{next(self._numbers)}{suffix}"

    def opened(self, file: Path, suffix: str) -> Path:
        """The plain name of a file that the workspace was opened for. Raises :class:`OSError`."""
        place, real = self.fresh(suffix), _real(file)
        if _sayable(real):
            place.symlink_to(real)
        else:
            shutil.copyfile(real, place)
        return place

    def database(self, file: Path) -> Path:
        """The path of a database: its real one, since what stands beside it belongs to it."""
        real = _real(file)
        if _sayable(real):
            return real
        place = self.fresh(".duckdb")
        for suffix in _BESIDE_DATABASE:
            beside = real.with_name(f"{real.name}{suffix}")
            if not suffix or beside.is_file():
                shutil.copyfile(beside, place.with_name(f"{place.name}{suffix}"))
        return place

    def outside(self) -> Path:
        """The plain name of the folder in which the result is put together."""
        assert self.part is not None
        place, real = self.fresh(".out"), _real(self.part)
        if _sayable(real):
            place.symlink_to(real, target_is_directory=True)
        else:
            place.mkdir()
        return place


@contextmanager
def workspace(
    memory_limit: str = "", threads: int = 0, *, reading: Path | None = None, writing: Path | None = None
) -> Iterator[Workspace]:
    """A database in a temporary folder, so that what does not fit into memory goes to the disk.

    It can read the tables or the database at ``reading``, and write beside ``writing``. Raises
    :class:`UsageProblem` where memory or disk do not suffice.
    """
    require_extra()
    import duckdb

    if _PATTERN & {*gettempdir()} or not _sayable(Path(gettempdir())):
        raise _disk(
            Text("临时文件夹的名称含特殊符号", "special signs in the name of the folder for temporary files")
        )
    part = temporary_name(writing) if writing is not None else None
    folder = Path(gettempdir()) / f"audit-portfolio-{os.urandom(8).hex()}"
    with passing(partial(remove_tree, folder)):
        folder.mkdir(mode=0o700)
        try:
            with duckdb.connect(str(folder / "portfolio.duckdb")) as connection:
                for one in (*_settings(folder, memory_limit, threads), *_reach(folder, reading, part)):
                    connection.execute(one)
                yield Workspace(connection, folder, part)
        except duckdb.OutOfMemoryException:
            message = Text("内存上限太低，算不下去", "the memory limit is too low to go on")
            fix = Text(
                "调高 --memory-limit，或减少 --threads", "raise --memory-limit, or use fewer --threads"
            )
            raise UsageProblem([Problem("U031", message, fix=fix)]) from None
        except (duckdb.IOException, duckdb.TransactionException) as error:
            raise _disk(cause(error)) from None
        except duckdb.ParserException as error:
            if "memory" not in str(error):
                raise
            message = Text(f"不认识的内存大小 {memory_limit}", f"'{memory_limit}' is no amount of memory")
            raise UsageProblem(
                [Problem("U031", message, fix=Text("写成 2GB", "write it like 2GB"))]
            ) from None


def require_extra() -> None:
    """Raises :class:`UsageProblem` where the extra ``portfolio`` is not installed."""
    import importlib.util

    lacking = [one for one in ("duckdb", "pyarrow") if importlib.util.find_spec(one) is None]
    if lacking:
        listed = "、".join(lacking), ", ".join(lacking)
        message = Text(f"缺少软件包 {listed[0]}", f"the package {listed[1]} is not installed")
        fix = Text("运行 pip install 'audit-score[portfolio]'", "run pip install 'audit-score[portfolio]'")
        raise UsageProblem([Problem("U030", message, fix=fix)])


def _disk(said: Text) -> UsageProblem:
    message = Text(f"无法读写磁盘（{said.zh}）", f"the disk cannot be read or written ({said.en})")
    fix = Text(
        "腾出空间，或用 TMPDIR 换一个临时文件夹",
        "free space, or choose another folder for temporary files with TMPDIR",
    )
    return UsageProblem([Problem("U034", message, fix=fix)])


def _settings(folder: Path, memory_limit: str, threads: int) -> Iterator[str]:
    yield f"SET temp_directory = {literal(str(folder / 'spill'))}"
    yield "SET enable_progress_bar = false"
    yield "PRAGMA disable_checkpoint_on_shutdown"  # the database is thrown away
    yield ARITHMETIC
    if memory_limit:
        yield f"SET memory_limit = {literal(memory_limit)}"
    if threads:
        yield f"SET threads = {threads}"


def _reach(folder: Path, reading: Path | None, part: Path | None) -> Iterator[str]:
    """The settings that close the door: what may be opened is said once, and cannot be said again."""
    folders = [folder, *([_real(part)] if part is not None else [])]
    files = _readable(reading) if reading is not None else ()
    yield f"SET allowed_directories = {_listed(folders)}"
    yield f"SET allowed_paths = {_listed(files)}"
    yield from _CLOSED
    yield "SET enable_external_access = false"
    yield "SET lock_configuration = true"


def _readable(path: Path) -> Iterator[Path]:
    """The tables in a folder, or the files of a database, by their real paths."""
    if path.is_dir():
        yield from (_real(one) for one in path.iterdir() if one.suffix.lower() in TABLES)
    elif path.suffix.lower() in DATABASES:
        real = _real(path)
        yield from (real.with_name(f"{real.name}{suffix}") for suffix in _BESIDE_DATABASE)


def _listed(paths: Iterable[Path]) -> str:
    return f"[{', '.join(literal(str(one)) for one in paths if _sayable(one))}]"


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _sayable(path: Path) -> bool:
    """Whether a query can name it: in UTF-8, and without what the database takes for the end of a folder's name or of
    the path."""
    text = str(path)
    return not {"\\", "?"} & {*text} and text.encode(errors="surrogateescape") == text.encode(
        errors="replace"
    )


def unreadable(file: Path, error: Exception) -> Problem:
    """The problem of a file that cannot be read, by what was said when it was opened."""
    said = cause(error)
    message = Text(f"无法读取（{said.zh}）", f"cannot be read ({said.en})")
    return Problem("S102", message, Position(shown(file)))
