"""Files written whole or not at all, and never over what was read."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.errors import Position, Problem, Text, UsageProblem
from engine.inputs import refuse_input
from engine.unfinished import unfinished

FORMULA_SIGNS = "=+-@＝＋－＠"
"""With one of these, blanks before it aside, a spreadsheet takes the text of a CSV cell for a formula."""


def no_formula(text: str) -> str:
    """``text`` for a CSV cell, with an apostrophe before what would be taken for a formula."""
    return f"'{text}" if text.lstrip().startswith(tuple(FORMULA_SIGNS)) else text


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` under a temporary name beside ``path``, then rename it.

    Raises :class:`UsageProblem` where the place cannot be written; an older file then stays as it was. One that the
    run has read is not replaced.
    """
    _Writing({path: content}).carry_out()


def write_new(path: Path, content: bytes) -> None:
    """The same for a file that must not be there yet: one that appears meanwhile is not overwritten."""
    _Writing({path: content}, new=True).carry_out()


def rewrite(path: Path, content: bytes) -> None:
    """The same for a file, and its folder, that is read in order to be written anew."""
    _Writing({path: content}, edits=True, folders=True).carry_out()


def write_set(files: Mapping[Path, bytes], *, new: bool = False) -> None:
    """Several files and the folders they lie in, in the order given; where one cannot be written, none is.

    ``new`` ones must not be there yet.
    """
    _Writing(files, new=new, folders=True).carry_out()


def temporary_name(path: Path) -> Path:
    """A hidden name beside ``path`` that nothing has."""
    return path.absolute().parent / f".{path.name[:40]}.{os.urandom(8).hex()}.part"


class _Writing:
    """Files under temporary names, which get their own names when all of them are whole.

    A name is noted before there is anything of that name: whatever ends the process, :meth:`undo` knows it.
    """

    def __init__(
        self, files: Mapping[Path, bytes], *, new: bool = False, edits: bool = False, folders: bool = False
    ) -> None:
        self.files = files
        self.new = new
        self.edits = edits
        self.folders = folders
        self.staged: dict[Path, Path] = {}
        """The temporary file of each place that is written."""
        self.fresh: dict[Path, os.stat_result] = {}
        """The places where nothing was, and the file that comes there."""
        self.made: list[Path] = []
        """The folders that were made."""

    def carry_out(self) -> None:
        path = Path()
        with unfinished(self.undo):
            try:
                for path in self.files:
                    self.check(path)
                for path, content in self.files.items():
                    self.stage(_led_to(path), content)
                for path, place, temporary in zip(self.files, self.staged, self.staged.values(), strict=True):
                    self.check(path)  # what is read may have come here meanwhile
                    self.put(temporary, place)
            except OSError as error:
                from engine.causes import cause

                why = cause(error)
                message = Text(f"无法写入（{why.zh}）", f"cannot write the file ({why.en})")
                raise UsageProblem([Problem("U001", message, Position(str(path)))]) from None

    def check(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            message = Text("不是普通文件", "this is not a regular file")
            raise UsageProblem([Problem("U001", message, Position(str(path)))])
        if not self.edits:
            refuse_input(path)

    def stage(self, place: Path, content: bytes) -> None:
        if self.folders:
            self.make_folder(place.absolute().parent)
        there = place.exists()
        mode = place.stat().st_mode & 0o777 if there else 0o666
        temporary = self.staged[place] = temporary_name(place)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            if there:
                os.fchmod(handle, mode)
            else:
                self.fresh[place] = os.fstat(handle)
            file.write(content)
            file.flush()
            os.fsync(handle)

    def put(self, temporary: Path, place: Path) -> None:
        if not self.new or not _linked(temporary, place):
            temporary.replace(place)

    def make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self.make_folder(folder.parent)
            self.made.append(folder)
            folder.mkdir(exist_ok=True)

    def undo(self) -> None:
        for temporary in self.staged.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        for place, status in self.fresh.items():
            with suppress(OSError):
                if os.path.samestat(place.stat(), status):
                    place.unlink()
        for folder in reversed(self.made):
            with suppress(OSError):
                folder.rmdir()


def _led_to(path: Path) -> Path:
    """What a link leads to, which is written so that the link stays; else the path itself."""
    if not path.is_symlink():
        return path
    led = Path(os.path.realpath(path))
    if led.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return led


def _linked(temporary: Path, path: Path) -> bool:
    """Give the file the name ``path``, which fails where it is taken; ``False`` where the disk has no links."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        return False
    temporary.unlink()
    return True
