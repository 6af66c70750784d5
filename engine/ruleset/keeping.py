"""Rulesets kept between runs, so that a short run need not read, validate and type a whole table again.

What is kept is the built ruleset without its closures, which are compiled again when they are first
used, and without the written document, which is read again when it is asked for. It is taken only
where the engine's modules are those that made it, where every file it was built from has the content that it had
then, and where nobody but the user could have written it: a kept ruleset is read by ``pickle``, which
must not be given other people's data.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import stat
import sys
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine import __version__
from engine.errors import Position, Problem, RulesetError, Text, UsageProblem
from engine.inputs import read_input
from engine.language.compiler import NOT_YET
from engine.ruleset.computation import computation
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset, Written
from engine.source import MAX_BYTES

MOST_KEPT = 64
"""How many rulesets are kept; the ones longest unused make room."""

_MODULES = ("", "language", "ruleset")
"""The folders of the engine whose modules decide what a built ruleset is."""


class Shelf(Struct, frozen=True):
    """A folder of the user's own in which built rulesets are kept."""

    folder: Path

    def load(self, library: Library, reference: str) -> Ruleset:
        """What ``library.load(reference)`` gives, kept or built. Raises :class:`RulesetError` alike."""
        path = library.path_of(reference)
        place = self.folder / f"{_name(library, reference, path)}.ruleset"
        return _taken(place, library, path) or self._built(place, library, reference, path)

    def _built(self, place: Path, library: Library, reference: str, path: Path) -> Ruleset:
        from engine.ruleset.building import build_ruleset

        before = _content(path)
        root = library.read(reference, path)
        bases: dict[str, list[str]] = {}

        def found(ruleset_id: str, base: Path) -> None:
            bases[ruleset_id] = [os.path.realpath(base), _content(base)]

        ruleset = build_ruleset(library.resolve(path, root, found))
        stamp = {
            "engine": _engine(),
            "content": before,
            "folders": [os.path.realpath(folder) for folder in library.beside(path, root).folders],
            "bases": bases,
        }
        # What was edited while it was read is not kept: nobody knows which of the two was built.
        if before == _content(path) and all(
            _content(Path(base)) == content for base, content in bases.values()
        ):
            self._keep(place, stamp, ruleset)
        return ruleset

    def _keep(self, place: Path, stamp: dict[str, Any], ruleset: Ruleset) -> None:
        """Put the ruleset on the shelf; where that cannot be done, the next run builds it again."""
        from engine.writing import write_whole

        slots = list(ruleset.slots)
        for measure in ruleset.measures.values():
            slots[measure.scalar.slot + 1] = None
        body = pickle.dumps(replace(ruleset, slots=tuple(slots), written=Written(_left_out)), protocol=5)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(self.folder):
                return
            kept = sorted(self.folder.glob("*.ruleset"), key=lambda one: one.stat().st_mtime)
            for old in kept[: max(len(kept) - MOST_KEPT + 1, 0)]:
                old.unlink(missing_ok=True)
            sealed = {**stamp, "body": hashlib.sha256(body).hexdigest()}
            write_whole(place, json.dumps(sealed).encode() + b"\n" + body)
            place.chmod(0o600)
        except (OSError, UsageProblem):
            return


def _taken(place: Path, library: Library, path: Path) -> Ruleset | None:
    """The ruleset kept at ``place``, if it may still be used."""
    try:
        if not _is_private(place.parent):
            return None
        head, _, body = _read_own(place).partition(b"\n")
        stamp = json.loads(head)
        if stamp["body"] != hashlib.sha256(body).hexdigest() or stamp["engine"] != _engine():
            return None
        if not stamp["content"] or stamp["content"] != _content(path):
            return None
        beside = Library(tuple(Path(folder) for folder in stamp["folders"]))
        for ruleset_id, (found, content) in stamp["bases"].items():
            if os.path.realpath(beside.find(ruleset_id)) != found or _content(Path(found)) != content:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RulesetError):
        return None  # none there, or damaged
    ruleset: Ruleset = pickle.loads(body)  # noqa: S301 - the user's own file, whole, as this engine wrote it
    slots = list(ruleset.slots)
    for measure in ruleset.measures.values():
        assert slots[measure.scalar.slot] is NOT_YET
        slots[measure.scalar.slot + 1] = computation(measure)
    return replace(ruleset, slots=tuple(slots), written=_written(library, path, ruleset.digest))


def _written(library: Library, path: Path, digest: str) -> Written:
    """The document of a kept ruleset, read when it is asked for."""

    def read() -> Any:
        from engine.ruleset.building import build_ruleset

        ruleset = build_ruleset(library.resolved(str(path)))
        if ruleset.digest != digest:
            message = Text("规则集在使用中被改动", "the ruleset changed while it was in use")
            fix = Text("再运行一次", "run the command again")
            raise RulesetError([Problem("R013", message, Position(str(path)), fix=fix)])
        return ruleset.source, ruleset.document

    return Written(read)


def _left_out() -> Any:
    raise AssertionError("a kept ruleset reads its document from the file")


def _name(library: Library, reference: str, path: Path) -> str:
    """One name for one file as it was asked for: its path stands in the positions of later messages."""
    asked = [
        reference,
        str(path),
        os.path.realpath(path),
        *map(os.path.realpath, library.folders),
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _content(path: Path) -> str:
    """A hash of the file; empty for one that is not read at all, because it is too large or not there."""
    try:
        content = read_input(path, MAX_BYTES + 1)
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(content).hexdigest() if len(content) <= MAX_BYTES else ""


def _read_own(place: Path) -> bytes:
    """The content of a file that is the user's and that nobody else may write. Raises :class:`OSError`."""
    with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
            raise PermissionError(place)
        return file.read()


def _is_private(folder: Path) -> bool:
    """Whether the folder is the user's, and nobody else could put another in its place, or in that of one above it."""
    folder = Path(os.path.realpath(folder))
    if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o022:
        return False
    for above in folder.parents:
        status = above.stat()
        if status.st_uid not in (0, os.getuid()):
            return False
        if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
            return False
    return True


def _engine() -> str:
    """The engine's version, Python's, and the size and time of every module that makes a ruleset."""
    stamp: list[object] = [__version__, sys.version]
    for name in _MODULES:
        with os.scandir(Path(__file__).parent.parent / name) as found:
            modules = sorted((one.name, one.stat()) for one in found if one.name.endswith(".py"))
        stamp += [(name, module, status.st_size, status.st_mtime_ns) for module, status in modules]
    return hashlib.sha256(repr(stamp).encode()).hexdigest()
