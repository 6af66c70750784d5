"""Messages for people, on standard error; colours fall away when it is not a terminal."""

from __future__ import annotations

import click

from engine.errors import AuditError, Language, Problem, one_line

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
