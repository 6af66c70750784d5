"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from engine.errors import Position, Problem, Text, UsageProblem

FORMULA_SIGNS = "=+-@＝＋－＠"
"""With one of these, blanks before it aside, a spreadsheet takes the text of a CSV cell for a formula."""


def no_formula(text: str) -> str:
    """``text`` for a CSV cell, with an apostrophe before what would be taken for a formula."""
    return f"'{text}" if text.lstrip().startswith(tuple(FORMULA_SIGNS)) else text


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` under a temporary name beside ``path``, then rename it.

    Raises :class:`UsageProblem` where the place cannot be written; an older file then stays as it was.
    """
    _write(path, content, replace=True)


def write_new(path: Path, content: bytes) -> None:
    """The same for a file that must not be there yet: one that appears meanwhile is not overwritten."""
    _write(path, content, replace=False)


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    temporary = ""
    if path.is_symlink():
        path = path.resolve()  # what a link leads to is written, the link stays
    if path.exists() and not path.is_file():
        message = Text("不是普通文件", "this is not a regular file")
        raise UsageProblem([Problem("U001", message, Position(str(path)))])
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)  # noqa: PTH101 - the name is a plain text here
        if replace or not _linked(Path(temporary), path):
            os.replace(temporary, path)  # noqa: PTH105
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise  # interrupted: nothing half-written stays
        message = Text(f"无法写入（{error.strerror}）", f"cannot write the file ({error.strerror})")
        raise UsageProblem([Problem("U001", message, Position(str(path)))]) from None


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
