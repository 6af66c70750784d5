"""Standard input, output and error as they come: closed, full, or in an encoding that lacks characters."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputFailed(Exception):
    """Standard output takes no more; ``reason`` is the system's own."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason.strerror)
        self.reason = reason


class _Output(io.FileIO):
    """Standard output, whose errors are known from those of other files."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OutputFailed(error) from None


class _Messages(io.FileIO):
    """Standard error: where nobody listens, messages are lost, and nothing else."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data))


def prepare() -> None:
    """Have all three streams there, and none of them fail on a character."""
    codecs.register_error("escaped", _escaped)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Messages(2, "w", closefd=False), sys.stderr)


def give_up_output() -> None:
    """Let what is still to be written to standard output vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    encoding = (before and before.encoding) or "utf-8"
    buffered = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, encoding, "escaped", line_buffering=raw.fileno() == 2 or raw.isatty())


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""``\u5c40`` for what the encoding lacks, as JSON writes it: what was valid JSON stays so."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{one}" for one in pairs), error.end
