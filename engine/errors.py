"""Every error a caller of the engine can meet, in one tree.

An :class:`AuditError` carries all the problems that were found, not only the first. Each
:class:`Problem` says what is wrong, where (a file, line and column, or a path into the facts),
and what to do about it, in Chinese and in English.

``AuditError``
    ├── ``UsageProblem``            the call itself makes no sense                    exit 2
    │   └── ``OutputIsInput``          what is to be written is what is read
    ├── ``FactsError``              a facts file cannot be used                       exit 3
    ├── ``RecordError``             a result document cannot be read                  exit 3
    ├── ``RulesetError``            a ruleset cannot be used                          exit 4
    └── ``Fault``                   the program contradicts itself: a bug             exit 70
        ├── ``InferenceDisagreement``  two ways to the same truth differ
        ├── ``LedgerImbalance``        lines plus points kept are not the full points
        └── ``UnconfirmedWitness``     a department found by the solver does not score as it should
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

Language = Literal["zh", "en"]
Severity = Literal["error", "warning"]


class Text(Struct, frozen=True):
    """A text for people, in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def same(text: str) -> Text:
    """A text that reads the same in both languages: a name, a number, an id."""
    return Text(text, text)


_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are shown as nothing."""


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters, which could rewrite the terminal, and what nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() and character not in _BLANK_LETTERS else _unprintable(character)
        for character in text
    )


def _unprintable(character: str) -> str:
    """A blank; for what is no UTF-8 in a file's name, its number."""
    return f"\\x{ord(character) - 0xDC00:02x}" if "\udc80" <= character <= "\udcff" else " "


def clipped(text: str, length: int) -> str:
    """``text``, cut off where it is longer than ``length``."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def text_list(names: Iterable[str]) -> Text:
    """Names joined with each language's own comma."""
    items = list(names)
    return Text("、".join(items), ", ".join(items))


def put(pattern: Text, *parts: Text) -> Text:
    """``pattern`` with each ``{n}`` replaced by the part of that number, language by language."""
    return Text(
        pattern.zh.format(*(part.zh for part in parts)), pattern.en.format(*(part.en for part in parts))
    )


class Position(Struct, frozen=True, order=True):
    """A place in a file; line and column count from 1, and are 0 where unknown. ``sheet!cell`` places stand in ``cell``."""

    file: str
    line: int = 0
    column: int = 0
    cell: str = ""

    @property
    def within(self) -> str:
        """The place within its file: a cell, or a line and column; empty for the file as a whole."""
        if self.cell or not self.line:
            return self.cell
        return f"{self.line}:{self.column}" if self.column else str(self.line)

    def __str__(self) -> str:
        return f"{self.file}:{self.within}" if self.within else self.file


def first_at(where: Position | None) -> Text:
    """Behind what is said of a second one: where the first stands, as far as that is known."""
    if where is None or not where.within:
        return Text("", "")
    if where.cell:
        return Text(f"（{where.cell} 已有）", f" (first at {where.cell})")
    return Text(f"（第 {where.line} 行已有）", f" (first in line {where.line})")


_QUOTED_QUOTES = re.compile("“((?:[^“”]*“[^“”]*”)+[^“”]*|“[^“”]*|[^“”]*”)”")


def _told_apart(text: str) -> str:
    """A Chinese text in which what is quoted, and has the same marks in it, stands in others: 「“甲”」 for ““甲””."""
    return _QUOTED_QUOTES.sub(r"「\1」", text) if text.count("“") > 1 or "””" in text else text


LONGEST_PATH, LONGEST_MESSAGE = 500, 2_000
"""Characters of a path and a message that are shown; more is a text that somebody put there to be shown."""


class Problem(Struct, frozen=True):
    """One thing that is wrong.

    ``code`` is a stable id that does not change with the wording; ``path`` names the fact,
    criterion or rule concerned, as the user's own documents name it.
    """

    code: str
    message: Text
    where: Position | None = None
    path: str = ""
    fix: Text | None = None
    severity: Severity = "error"

    def render(self, language: Language = "zh") -> str:
        parts = [f"{self.where}: " if self.where else "", f"{self.code} "]
        if self.path:
            path = clipped(self.path, LONGEST_PATH)
            parts.append(f"{path}：" if language == "zh" else f"{path}: ")
        said = _told_apart if language == "zh" else str
        parts.append(clipped(said(self.message.in_language(language)), LONGEST_MESSAGE))
        if self.fix:
            fix = said(self.fix.in_language(language))
            parts.append(f"（处理：{fix}）" if language == "zh" else f" (fix: {fix})")
        return "".join(parts)


MOST_PROBLEMS = 1_000
"""More are not looked for: whoever mends these sees the others next."""


class TooManyProblems(Exception):
    """Raised by :class:`Problems` at one more than are told."""


class Problems(list[Problem]):
    """Problems as they are found. ``append`` raises :class:`TooManyProblems` past :data:`MOST_PROBLEMS`."""

    def append(self, problem: Problem) -> None:
        if len(self) >= MOST_PROBLEMS:
            raise TooManyProblems
        super().append(problem)


class AuditError(Exception):
    """The root: ``problems`` lists everything that was found wrong, in reading order."""

    exit_code: ClassVar[int] = 70

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.render("en") for problem in self.problems))

    def render(self, language: Language = "zh") -> str:
        return "\n".join(problem.render(language) for problem in self.problems)


class UsageProblem(AuditError):
    """The call asks for something that makes no sense, such as a rule that is not in the ruleset."""

    exit_code = 2


class OutputIsInput(UsageProblem):
    """What is to be written would take the place of what is read."""


class FactsError(AuditError):
    """The facts are missing, malformed, contradictory, or cannot be put into the rules."""

    exit_code = 3

    def in_file(self, file: str) -> FactsError:
        """The same, with ``file`` as the place of every problem that has none."""
        return FactsError(
            problem if problem.where else replace(problem, where=Position(file)) for problem in self.problems
        )


class RecordError(AuditError):
    """A result document is not one, or is damaged."""

    exit_code = 3


class RulesetError(AuditError):
    """The ruleset cannot be read, or does not make sense."""

    exit_code = 4


class Fault(AuditError):
    """The program contradicts itself. No score is given; please report it."""

    exit_code = 70


class InferenceDisagreement(Fault):
    """durable-rules and the direct evaluation do not fire the same rules for the same records."""


class LedgerImbalance(Fault):
    """Lines and points kept do not add up to the full points at some node."""


class UnconfirmedWitness(Fault):
    """A department that the solver found does not score as the claim about it says."""
