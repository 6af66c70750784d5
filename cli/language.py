"""The language of one run: of the engine's texts, of help, and of what click itself says.

A help text is written once, first in English, then in Chinese: ``Write to this file 写入文件.`` or, in a
command's docstring, paragraphs of each. The reader is shown one of the two.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from copy import copy
from gettext import bindtextdomain, gettext, textdomain
from pathlib import Path

import click

from engine.errors import Language

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def wanted(arguments: Sequence[str] | None = None) -> Language:
    """The language that the command line (without the program's name) or ``AUDIT_LANG`` asks for."""
    words = sys.argv[1:] if arguments is None else arguments
    for index, word in enumerate(words):
        if word == "--lang" and index + 1 < len(words):
            return "en" if words[index + 1] == "en" else "zh"
        if word.startswith("--lang="):
            return "en" if word == "--lang=en" else "zh"
    return "en" if os.environ.get("AUDIT_LANG") == "en" else "zh"


def speak(language: Language) -> None:
    """Let click say what it says in ``language``."""
    if language == "zh":
        os.environ["LANGUAGE"] = "zh"
        bindtextdomain("audit", Path(__file__).parent / "locale")
        textdomain("audit")


def in_language(text: str, language: Language) -> str:
    """The part of a help text that is in ``language``; all of it where it is in one language only."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    if len(paragraphs) > 1:
        chinese = [one for one in paragraphs if _CHINESE.search(one)]
        english = [one for one in paragraphs if one not in chinese]
        return "\n\n".join(chinese if language == "zh" else english) or text
    found = re.search(r"\s(?=[“（《]?[\u3400-\u9fff])", text)
    if found is None:
        return text
    if language == "zh":
        return text[found.end() :].rstrip(".") + "。"
    return text[: found.start()] + "."


def localize(command: click.Command, language: Language) -> click.Command:
    """The command with its help, and that of its options, in ``language``."""
    command.help = in_language(command.help or "", language)
    command.short_help = None
    if language == "zh":
        command.options_metavar = "[选项]"
        if isinstance(command, click.Group):
            command.subcommand_metavar = "命令 [参数]..."
    for parameter in command.params:
        parameter.type = copy(parameter.type)
        parameter.type.name = gettext(parameter.type.name)
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = in_language(gettext(parameter.help), language)
    return command
