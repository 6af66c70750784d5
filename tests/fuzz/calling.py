"""The command line called within this process, as a user calls it; what it prints and how it exits."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from cli.main import main
from tests.fuzz.running import Kind, Wrong

TOLD = re.compile(r"(错误|警告|注意|提示)：|[0-9]+ 个错误|\S")


@dataclass(frozen=True)
class Called:
    code: int
    out: str
    err: str


def call(arguments: Sequence[object]) -> Called:
    """Run ``audit`` with ``arguments``."""
    streams = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape"),
        io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape"),
    )
    before = sys.argv, sys.stdout, sys.stderr
    sys.argv = ["audit", *map(str, arguments)]
    sys.stdout, sys.stderr = streams
    code: object = 0
    try:
        main()
    except SystemExit as error:
        code = error.code
    finally:
        sys.argv, sys.stdout, sys.stderr = before
    return Called(
        code if isinstance(code, int) else int(code is not None), _text(streams[0]), _text(streams[1])
    )


def _text(stream: TextIO) -> str:
    stream.flush()
    assert isinstance(stream, io.TextIOWrapper)
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode("utf-8", "surrogateescape")


def expect(called: Called, *codes: int) -> Called:
    """The same. Raises :class:`Wrong` where the exit code is none of ``codes``, or a refusal says nothing, or says it badly."""
    if called.code not in codes:
        raise Wrong(f"exit code {called.code}: {called.err[-400:]}")
    if "Traceback" in called.err + called.out or "X000" in called.err:
        raise Wrong(f"a traceback: {called.err[-400:]}")
    if called.code and not called.err.strip() and not called.out.strip():
        raise Wrong(f"exit code {called.code} without a word")
    for text in (called.out, called.err):
        for character in text:
            if character != "\n" and not character.isprintable() and character not in "\t\ufeff":
                raise Wrong(f"{character!r} reaches the terminal")
    return called


def refusal(code: int) -> Kind:
    return "refused" if code else "agrees"
