"""Messages for people, on standard error; colours fall away when it is not a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from cli.language import wanted
from engine.errors import AuditError, Language, Problem, Text, one_line

_COLOURS = {"error": "red", "warning": "yellow"}
_WORDS = {
    ("error", "zh"): "错误",
    ("warning", "zh"): "警告",
    ("error", "en"): "error",
    ("warning", "en"): "warning",
}


def print_error(error: AuditError, language: Language) -> None:
    """Every problem of ``error``, a line each."""
    for problem in error.problems:
        print_problem(problem, language)


def print_problem(problem: Problem, language: Language) -> None:
    """One problem on a line of its own: severity, place, code, message, fix."""
    word = click.style(_WORDS[problem.severity, language], fg=_COLOURS[problem.severity], bold=True)
    colon = "：" if language == "zh" else ": "
    click.echo(f"{word}{colon}{one_line(problem.render(language))}", err=True)


def say_interrupted() -> None:
    """The last message of a run that was ended. It may come in the middle of anything, and so goes out by itself."""
    clear = "\r\033[K" if os.isatty(2) else ""  # of a line of progress
    text = Text("已中断", "interrupted").in_language(wanted())
    with suppress(OSError):
        os.write(2, f"{clear}{text}\n".encode(getattr(sys.stderr, "encoding", None) or "utf-8", "replace"))
