"""What a run reads, so that nothing it writes takes the place of it.

Every file of the user's is opened here. While a run is :func:`gathered`, what was read is known by its identity (the
device and its number there), whatever name it goes by. An output that is one of these is refused: as soon as what was
:func:`planned` to be written is read, and by whoever writes it (:mod:`engine.writing`).

What can be read once only, as a pipe can, is kept for the run as far as it was read.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from engine.errors import OutputIsInput, Position, Problem, Text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STANDARD_INPUT = Path("-")
"""Stands for standard input wherever a file is read; a file of that name is ``./-``."""

Identity = tuple[int, int]


@dataclass(slots=True)
class Inputs:
    """What a run has read, each by the name that it was read by; and what it is going to write."""

    files: dict[Identity, Path] = field(default_factory=dict)
    folders: dict[Identity, Path] = field(default_factory=dict)
    outputs: list[Path] = field(default_factory=list)
    pipes: dict[str, _Pipe] = field(default_factory=dict)


_run: ContextVar[Inputs | None] = ContextVar("inputs", default=None)


@contextmanager
def gathered() -> Iterator[Inputs]:
    """A run: what is read inside is known until its end."""
    inputs = Inputs()
    token = _run.set(inputs)
    try:
        yield inputs
    finally:
        _run.reset(token)
        for one in inputs.pipes.values():
            one.file.close()


def shown(path: Path | str) -> str:
    """A path as text; what is no UTF-8 in it is written as ``\\xff``."""
    return os.fsencode(path).decode(errors="backslashreplace")


def planned(output: Path) -> None:
    """Say what will be written. Reading that then raises :class:`OutputIsInput`, before any work is done."""
    if run := _run.get():
        run.outputs.append(output)


def open_input(path: Path) -> BinaryIO:
    """The file at ``path``, from its beginning. Raises :class:`OSError` or :class:`ValueError` as ``open`` does."""
    run = _run.get()
    if run and str(path) in run.pipes:
        return _Again(run.pipes[str(path)]).buffered()
    file = os.fdopen(os.dup(0), "rb") if path == STANDARD_INPUT else path.open("rb")
    try:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode):
            _note(status, path)
            if path != STANDARD_INPUT:
                return file
    except BaseException:
        file.close()
        raise
    if run is None:
        return file
    run.pipes[str(path)] = _Pipe(file)
    return _Again(run.pipes[str(path)]).buffered()


def read_input(path: Path, most: int = -1) -> bytes:
    """The content of the file at ``path``, or so many bytes of it. Raises as :func:`open_input` does."""
    with open_input(path) as file:
        return file.read(most)


def note_input(path: Path) -> None:
    """Say that what is at ``path`` is read by other means than :func:`open_input`: a file, or a folder with all
    that is below it, into which nothing is written then."""
    run = _run.get()
    if run is None:
        return
    with suppress(OSError):
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            _note(status, path)
            return
        run.folders.setdefault(_identity(status), path)
    for folder, folders, files in os.walk(path):
        for name in folders:
            with suppress(OSError):
                run.folders.setdefault(_identity((Path(folder) / name).stat()), path)
        for name in files:
            with suppress(OSError):
                run.files.setdefault(_identity((Path(folder) / name).stat()), Path(folder) / name)
    _refuse_planned(run)


def refuse_input(path: Path) -> None:
    """Raises :class:`OutputIsInput` where ``path`` is what was read, holds some of it or lies inside of it."""
    if run := _run.get():
        _refuse(run, path)


def _note(status: os.stat_result, path: Path) -> None:
    run = _run.get()
    if run and _identity(status) not in run.files:
        run.files[_identity(status)] = path
        _refuse_planned(run)


def _refuse_planned(run: Inputs) -> None:
    for output in run.outputs:
        _refuse(run, output)


def _refuse(run: Inputs, path: Path) -> None:
    real = Path(os.path.realpath(path))  # of a link that leads nowhere, or in circles, as far as it leads
    if read := run.files.get(_at(real)):
        name = "" if str(read) == str(path) else str(read)
        zh, en = (
            f"这是命令要读取的文件{name and f'（{name}）'}",
            f"the command reads this file{name and f' ({name})'}",
        )
        raise _refusal(path, Text(f"{zh}，不会覆盖", f"{en} and does not overwrite it"))
    beside = Path(os.path.realpath(path.parent)) / path.name  # the link itself, where it is one
    for above in (real, *real.parents, *beside.parents):
        if folder := run.folders.get(_at(above)):
            zh, en = f"命令读取文件夹 {folder}", f"the command reads the folder {folder}"
            raise _refusal(path, Text(f"{zh}，不往里面写", f"{en} and writes nothing into it"))
    if real.is_dir() and (run.files or run.folders):
        for below in real.rglob("*"):
            if (at := _at(below)) in run.files or at in run.folders:
                message = Text(f"里面有命令要读取的 {below}", f"it holds {below}, which the command reads")
                raise _refusal(path, message)


def _refusal(path: Path, message: Text) -> OutputIsInput:
    fix = Text("换一个输出位置", "write it somewhere else")
    return OutputIsInput([Problem("U004", message, Position(str(path)), fix=fix)])


def _at(path: Path) -> Identity:
    """The identity of what is there; of nothing where nothing is, which no input is."""
    try:
        return _identity(path.stat())
    except (OSError, ValueError):
        return (-1, -1)


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


class _Pipe:
    """What can be read once only, with what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.content = bytearray()


class _Again(io.RawIOBase):
    """A pipe read from its beginning, as often as it is wanted."""

    def __init__(self, pipe: _Pipe) -> None:
        self.pipe = pipe
        self.place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        wanted = memoryview(buffer)
        if self.place == len(self.pipe.content):
            self.pipe.content += self.pipe.file.read(len(wanted))
        found = self.pipe.content[self.place : self.place + len(wanted)]
        wanted[: len(found)] = found
        self.place += len(found)
        return len(found)

    def buffered(self) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(self))
