"""The documentation as the tests read it: headings, tables, and blocks of commands and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.command import ROOT

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) +(.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_FILE = re.compile(r"# ([\w./-]+\.(?:yaml|json|csv|py))\n")


@dataclass(frozen=True)
class File:
    """A block whose first line is a comment with a file's name: the reader saves it under that name."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command, and what the page says it prints; a line ``…`` stands for lines left out."""

    text: str
    shown: tuple[str, ...]

    def agrees_with(self, printed: str) -> bool:
        """Whether ``printed`` is that; blanks at the ends of lines, blank lines at the end, and a byte-order mark, of
        which a terminal shows nothing, do not count."""
        pattern = "".join(
            r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()) + r"\n" for line in self.shown
        )
        got = "".join(f"{line.rstrip()}\n" for line in printed.replace("\ufeff", "").rstrip().splitlines())
        return re.fullmatch(pattern, got) is not None


@dataclass(frozen=True)
class Page:
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The page without its blocks."""
        return _FENCE.sub("", self.text)

    @cached_property
    def steps(self) -> list[File | Command]:
        """The files to save and the commands to run, in reading order."""
        return [step for language, block in _FENCE.findall(self.text) for step in _steps(language, block)]

    @cached_property
    def files(self) -> dict[str, str]:
        return {step.name: step.text for step in self.steps if isinstance(step, File)}

    @cached_property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @cached_property
    def anchors(self) -> set[str]:
        """What ``#…`` may name here: each heading in small letters, punctuation dropped, dashes for spaces."""
        found: list[str] = []
        for _, heading in _HEADING.findall(self.prose):
            kept = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
            found.append(f"{kept}-{found.count(kept)}" if kept in found else kept)
        return set(found)

    def section(self, heading: str) -> str:
        """What stands between this heading and the next one of any level."""
        pieces = _HEADING.split(self.prose)
        return next(text for name, text in zip(pieces[2::3], pieces[3::3], strict=True) if name == heading)

    def rows(self, *headings: str, within: str = "") -> list[list[str]]:
        """The cells of every table with just these headings, in the section ``within`` or anywhere."""
        found: list[list[str]] = []
        text = self.section(within) if within else self.prose
        for table in re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE):
            head, _, *rows = [_cells(line) for line in table.splitlines()]
            if head == list(headings):
                found += rows
        return found


def _steps(language: str, block: str) -> Iterator[File | Command]:
    named = _FILE.match(block)
    if language != "console":
        if named:
            yield File(named[1], block)
        return
    command, shown = "", []
    for line in block.splitlines():
        if line.startswith("$ "):
            if command:
                yield Command(command, tuple(shown))
            command, shown = line[2:], []
        else:
            shown.append(line)
    yield Command(command, tuple(shown))


def _cells(line: str) -> list[str]:
    r"""The cells of a table's row; ``\|`` is a bar within one."""
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def code(cell: str) -> str:
    """The text of a cell that is all inline code."""
    assert re.fullmatch("`.*`", cell), cell
    return cell.strip("`").strip()


PAGES = {
    path.relative_to(ROOT).as_posix(): Page(path)
    for path in [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
}
