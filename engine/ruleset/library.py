"""Where rulesets are: folders in which ``guangdong/2024`` is the file ``guangdong/2024.yaml``."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine.errors import Position, Problem, RulesetError, Text
from engine.inputs import read_input
from engine.ruleset.model import Ruleset
from engine.source import Mapping, Node, Scalar, Sequence, read_source
from engine.suggestions import MANY, nearest, suggestion

_ID = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*\Z")
_LIST = Text("audit rules list 列出现有的规则集", "'audit rules list' names those at hand")

Asked = Literal["command", "file", "ruleset"]
"""Who names a ruleset: the command line, where it may be a file; a facts file or a result, which stands for any
machine; or another ruleset, which extends it."""


def shipped_folder() -> Path:
    """The folder of the rulesets that come with the package."""
    from rulesets import shipped_root

    return shipped_root()


def is_id(text: str) -> bool:
    """Whether ``text`` can be the id of a ruleset."""
    return _ID.match(text) is not None


def _lying_near(reference: str, asked: Asked) -> Text | None:
    """How to name a file in which nobody asked to look, though the reference means it."""
    for folder in (Path("rulesets"), Path()):
        for name in (reference, f"{reference}.yaml", f"{reference}.yml"):
            if not (declared := _declared_id(folder / name)):
                continue
            file = _typed(folder / name)
            ways = {
                "command": Text(f"写成 {file}", f"write {file}"),
                "file": Text(f"在命令里加 -r {file}", f"add -r {file} to the command"),
                "ruleset": Text(f"写 id，例如 {declared}", f"write an id, such as {declared}"),
            }
            way = ways[asked]
            if name != f"{declared}.yaml" or name == reference:
                return way
            in_folder = Text(
                f"它在文件夹 {folder} 里：加 --rulesets {folder}（写在 audit 之后）",
                f"it lies in the folder {folder}: add --rulesets {folder} after 'audit'",
            )
            if asked == "ruleset":
                return in_folder
            return Text(f"{in_folder.zh}，或{way.zh}", f"{in_folder.en}, or {way.en}")
    return None


def _typed(path: Path) -> str:
    """A file's name as it is typed for a ruleset on the command line: known for a path, and one word to a shell."""
    text = str(path)
    return shlex.quote(text if _is_path(text) else f"./{text}")


def _near_file(path: Path) -> Text:
    """What to write for a ruleset's file that is not there."""
    if os.path.isdir(path):  # noqa: PTH112 - which says no of too long a name
        return Text("这是文件夹，写里面的文件", "this is a folder; name a file in it")
    near = nearest(path.name, [one.name for one in _files_in(path.parent) if _declared_id(one)])
    if near is not None:
        file = _typed(path.with_name(near))
        return Text(f"是否应为 {file}？", f"did you mean {file}?")
    return _LIST


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.suffix.lower() in (".yaml", ".yml", ".json"))[
            :MANY
        ]
    except OSError:
        return []


class Library(Struct, frozen=True):
    """Folders to look in, first match first; the shipped rulesets come last."""

    folders: tuple[Path, ...] = ()

    def all_folders(self) -> tuple[Path, ...]:
        return (*self.folders, shipped_folder())

    def ids(self) -> Iterator[str]:
        """The ids of all rulesets at hand, in order."""
        found: set[str] = set()
        for folder in self.all_folders():
            for path in folder.rglob("*.yaml"):
                ruleset_id = path.relative_to(folder).with_suffix("").as_posix()
                declared = _declared_id(path)
                # Another folder's rulesets, seen from a folder above it, are not at hand by that longer name.
                if declared and not ruleset_id.endswith(f"/{declared}"):
                    found.add(ruleset_id)
        yield from sorted(found)

    def find(self, ruleset_id: str, asked: Asked = "command") -> Path:
        """The file of a ruleset, which is ``asked`` for. Raises :class:`RulesetError` (R010) where there is none."""
        if not is_id(ruleset_id):
            message = Text(f"“{ruleset_id}”不是规则集 id", f"'{ruleset_id}' is not the id of a ruleset")
            fix = Text(
                "写规则集文件夹之内的 id，只用小写字母、数字、_、- 和 /，例如 guangdong/2024",
                "write an id inside the rulesets folder, in lower case letters, digits, _, - and /, such as guangdong/2024",
            )
            meant = _lying_near(ruleset_id, asked) or suggestion(ruleset_id, [*self.ids()]) or fix
            raise RulesetError([Problem("R010", message, fix=meant)])
        for folder in self.all_folders():
            path = folder / f"{ruleset_id}.yaml"
            if _is_file(path) and _real(path).is_relative_to(_real(folder)):
                return path
        message = Text(f"没有规则集“{ruleset_id}”", f"there is no ruleset '{ruleset_id}'")
        meant = _lying_near(ruleset_id, asked) or suggestion(ruleset_id, [*self.ids()]) or _LIST
        raise RulesetError([Problem("R010", message, fix=meant)])

    def load(self, reference: str) -> Ruleset:
        """The ruleset with this id, or in this file (``….yaml``, or a path).

        Raises :class:`RulesetError` with everything that is wrong with it.
        """
        from engine.ruleset.building import build_ruleset

        return build_ruleset(self.resolved(reference))

    def resolved(self, reference: str) -> Node:
        """The ruleset's document with its overlays laid over what they extend."""
        path = self.path_of(reference)
        return self.resolve(path, self.read(reference, path))

    def read(self, reference: str, path: Path) -> Node:
        """The document at ``path``, which ``reference`` means.

        Raises :class:`RulesetError`: R014 where an id leads to a file that calls itself something else.
        """
        root = read_source(path, RulesetError)
        declared = root.get("ruleset") if isinstance(root, Mapping) else None
        if _is_path(reference) or not isinstance(declared, Scalar) or declared.text == reference:
            return root
        message = Text(
            f"这个文件按位置应为“{reference}”，却自称“{declared.text}”",
            f"by its place this file is '{reference}', but it calls itself '{declared.text}'",
        )
        fix = Text("改正 ruleset:，或把文件移到相应位置", "correct 'ruleset:', or move the file")
        raise RulesetError([Problem("R014", message, declared.position, fix=fix)])

    def resolve(
        self, path: Path, root: Node, found: Callable[[str, Path], None] = lambda ruleset_id, base: None
    ) -> Node:
        """The document ``root``, which is or will be the file at ``path``, laid over what it extends.

        ``found`` is told the id and the file of everything that it extends.
        """
        from engine.ruleset.overlay import resolve

        library = self.beside(path, root)

        def load(ruleset_id: str) -> Node:
            base = library.find(ruleset_id, "ruleset")
            found(ruleset_id, base)
            return library.read(ruleset_id, base)

        return resolve(root, load)

    def beside(self, path: Path, root: Node) -> Library:
        """Where the document ``root`` at ``path`` finds what it extends: in its own folder first."""
        return Library((*_own_folders(path, root), *self.folders))

    def path_of(self, reference: str) -> Path:
        """The file that ``reference``, an id or a path, means."""
        path = Path(reference)
        if _is_path(reference):
            if not _is_file(path):
                message = Text("没有这个规则集文件", "there is no such ruleset file")
                raise RulesetError([Problem("R010", message, Position(reference), fix=_near_file(path))])
            return path
        return self.find(reference)

    def example_folder(self, ruleset: Ruleset) -> Path:
        """The ruleset's own folder, for example facts: ``guangdong/2024/`` beside ``2024.yaml``.

        An overlay without one uses the folder of the ruleset whose examples it inherits.
        """
        own = Path(ruleset.source.file.name).with_suffix("")
        examples = ruleset.source.get("examples") if isinstance(ruleset.source, Mapping) else None
        if not own.is_dir() and isinstance(examples, Sequence):
            for example in examples.items:
                inherited = Path(example.file.name).with_suffix("")
                if inherited.is_dir():
                    return inherited
        return own


def _is_file(path: Path) -> bool:
    """Whether there is such a file; one whose folder may not be looked into, or whose name is too long, is not there."""
    try:
        return path.is_file()
    except OSError:
        return False


def _real(path: Path) -> Path:
    """The path without links; of one that leads in circles, as far as it leads."""
    return Path(os.path.realpath(path))


def _is_path(reference: str) -> bool:
    """Whether a reference to a ruleset is a file's path, and not an id."""
    path = Path(reference)
    return path.suffix in (".yaml", ".yml", ".json") or path.is_absolute() or reference.startswith(".")


def _own_folders(path: Path, root: Node) -> tuple[Path, ...]:
    """The rulesets folder a file lies in, if its place agrees with its id; else the file's folder."""
    declared = root.get("ruleset") if isinstance(root, Mapping) else None
    parts = declared.text.split("/") if isinstance(declared, Scalar) else []
    resolved = _real(path).with_suffix("")
    if parts and list(resolved.parts[-len(parts) :]) == parts:
        return (resolved.parents[len(parts) - 1],)
    return (_real(path).parent,)


def _declared_id(path: Path) -> str:
    """The id a file gives itself in its first lines, without reading the whole file."""
    if not _is_file(path):
        return ""
    try:
        head = read_input(path, 4096).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^ruleset:\s*['\"]?([a-z0-9_/-]+)", head, re.MULTILINE)
    is_facts = re.search(r"^department:", head, re.MULTILINE)
    return found[1] if found and not is_facts else ""
