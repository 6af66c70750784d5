"""The command line called within this process, as a user calls it; what it prints and how it exits."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from cli.root import run
from tests.fuzz.running import Kind, Wrong


@dataclass(frozen=True)
class Called:
    code: int
    out: str
    err: str


def call(arguments: Sequence[object]) -> Called:
    """Run ``audit`` with ``arguments``. It takes the process's own streams, which are files meanwhile."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        before = sys.argv, sys.stdout, sys.stderr
        kept = os.dup(1), os.dup(2)
        sys.argv = ["audit", *map(str, arguments)]
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        code: object = 0
        try:
            code = run()
        except SystemExit as error:
            code = error.code
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            sys.argv, sys.stdout, sys.stderr = before
            for number, one in enumerate(kept, 1):
                os.dup2(one, number)
                os.close(one)
        return Called(code if isinstance(code, int) else int(code is not None), _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape")


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
