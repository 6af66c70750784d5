"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from engine.errors import Position, Problem, Text, UsageProblem


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` under a temporary name beside ``path``, then rename it.

    Raises :class:`UsageProblem` where the place cannot be written; an older file then stays as it was.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)  # noqa: PTH101 - the name is a plain text here
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        message = Text(f"无法写入（{error.strerror}）", f"cannot write the file ({error.strerror})")
        raise UsageProblem([Problem("U001", message, Position(str(path)))]) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
