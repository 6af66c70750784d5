"""A new year's ruleset made from another: as a copy that is then edited, or as an overlay on it.

Nothing is written here but what was planned and found to load; no file that exists is touched.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import (
    AuditError,
    FactsError,
    Language,
    Position,
    Problem,
    RulesetError,
    Text,
    UsageProblem,
)
from engine.inputs import read_input
from engine.language.calendar import known_years
from engine.ruleset.building import build_ruleset
from engine.ruleset.editing import Editing, editing
from engine.ruleset.hints import overlay_text
from engine.ruleset.library import Library, is_id
from engine.ruleset.model import Ruleset
from engine.ruleset.moving import Move, move
from engine.source import Mapping, parse_source, read_source
from engine.writing import write_set

_EDITOR_LINE = re.compile(r"^#\s*yaml-language-server:\s*\$schema=(\S+)", re.MULTILINE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
RULESET_SCHEMA = "ruleset.schema.json"
"""The file in a rulesets folder that its rulesets' editor lines name where no other is there."""


@dataclass(eq=False)
class Plan:
    """What is to be written. ``schema`` is set where the editor lines name a schema that is not there yet."""

    base: Ruleset
    path: Path
    files: dict[Path, bytes] = field(default_factory=dict)
    ruleset: Ruleset | None = None
    dates: int = 0
    notes: list[Problem] = field(default_factory=list)
    schema: Path | None = None

    @property
    def made(self) -> Ruleset:
        """The ruleset as it will load once the files are written."""
        assert self.ruleset is not None
        return self.ruleset


@dataclass(frozen=True, slots=True)
class Wish:
    """The new ruleset that is wanted: its id and year, what it is made from, and the folder it goes to."""

    new_id: str
    year: int | None
    base: str
    folder: Path


def plan_copy(wish: Wish, library: Library) -> Plan:
    """A copy of the base and of its own folder, moved to the new year."""
    plan, source, base_path, to = _begin(wish, library)
    moved = move(source, to, str(plan.path))
    _point_to_schemas(source, base_path, plan.path, base_path, plan, wish.folder)
    plan.files[plan.path] = source.result()
    plan.dates += moved.dates
    plan.notes += moved.notes
    for path in _own_files(base_path.with_suffix("")):
        _copy_own(path, base_path, plan, to, wish.folder)
    return _finish(plan, library)


def plan_overlay(wish: Wish, library: Library, language: Language) -> Plan:
    """A small file that extends the base; its examples are inherited, and keep the dates of the base's year."""
    plan, source, base_path, to = _begin(wish, library)
    line = _EDITOR_LINE.search(source.text)
    text = f"{line[0]}\n" if line else ""
    text += overlay_text(plan.base, to, language)
    lined = editing(text.encode(), str(plan.path), RulesetError)
    _point_to_schemas(lined, base_path, plan.path, base_path, plan, wish.folder)
    content = lined.result()
    plan.files[plan.path] = content.replace(b"\n", b"\r\n") if b"\r\n" in source.content else content
    return _finish(plan, library)


def carry_out(plan: Plan) -> None:
    """Write the files, the ruleset last; where one cannot be written, none is left."""
    ordered = sorted(plan.files, key=lambda path: path == plan.path)
    write_set({path: plan.files[path] for path in ordered}, new=True)


def _begin(wish: Wish, library: Library) -> tuple[Plan, Editing, Path, Move]:
    path = wish.folder / f"{wish.new_id}.yaml"
    _check_free(wish, path, library)
    base_path = library.path_of(wish.base)
    source = editing(_content(base_path, RulesetError), str(base_path), RulesetError)
    base = build_ruleset(library.resolve(base_path, source.root))
    year = wish.year if wish.year is not None else _year_of(wish.new_id)
    return Plan(base, path), source, base_path, Move(base.id, wish.new_id, base.year, year)


def _check_free(wish: Wish, path: Path, library: Library) -> None:
    try:
        taken = library.find(wish.new_id)
    except RulesetError as error:
        if not is_id(wish.new_id):
            raise UsageProblem(error.problems) from None
        taken = path
    for one in (path, path.with_suffix(""), taken):
        if one.exists() or one.is_symlink():
            message = Text(f"{one} 已经存在，不覆盖", f"{one} is there already and is not overwritten")
            fix = Text("换一个 id 或文件夹，或先移走它", "choose another id or folder, or move it away")
            raise UsageProblem([Problem("U010", message, fix=fix)])


def _year_of(new_id: str) -> int:
    years = _YEAR.findall(new_id)
    if len(years) == 1:
        return int(years[0])
    message = Text(f"从“{new_id}”看不出年度", f"'{new_id}' does not say the year")
    raise UsageProblem([Problem("U011", message, fix=Text("加上 --year 2025", "add --year 2025"))])


def _content(path: Path, error: type[AuditError]) -> bytes:
    try:
        return read_input(path)
    except OSError:
        read_source(path, error)
        raise


def _finish(plan: Plan, library: Library) -> Plan:
    """The plan with the ruleset that its file will be. Raises :class:`RulesetError` where it would not load."""
    root = parse_source(plan.files[plan.path], str(plan.path), RulesetError)
    plan.ruleset = build_ruleset(library.resolve(plan.path, root))
    last = known_years()[1]
    if plan.ruleset.calendar_facts and plan.ruleset.year > last:
        message = Text(
            f"工作日历只到 {last} 年，{plan.ruleset.year} 年的工作日还算不出来",
            f"the working-day calendar ends with {last}: working days of {plan.ruleset.year} cannot be counted yet",
        )
        fix = Text(
            "等国务院公布节假日安排后升级 chinesecalendar",
            "upgrade chinesecalendar once that year's notice is out",
        )
        plan.notes.append(Problem("R083", message, Position(str(plan.path)), fix=fix, severity="warning"))
    return plan


# The base's own folder


def _own_files(folder: Path) -> list[Path]:
    """The files of a ruleset's own folder; links and hidden files are left where they are."""
    if not folder.is_dir():
        return []
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(
        path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _copy_own(path: Path, base_path: Path, plan: Plan, to: Move, folder: Path) -> None:
    """A file of the own folder, moved to the new year; one that is no document is copied as it is."""
    new = plan.path.with_suffix("") / path.relative_to(base_path.with_suffix(""))
    content = _content(path, FactsError)
    plan.files[new] = content
    if path.suffix not in (".yaml", ".yml", ".json"):
        return
    try:
        source = editing(content, str(path), FactsError)
    except FactsError as error:
        message = Text("读不懂，原样照抄", "it cannot be read, and was copied as it is")
        fix = error.problems[0].message
        plan.notes.append(Problem("R084", message, Position(str(new)), fix=fix, severity="warning"))
        return
    if not isinstance(source.root, Mapping) or not source.root.entries.keys() & {"facts", "examples"}:
        return
    moved = move(source, to, str(new))
    _point_to_schemas(source, path, new, base_path, plan, folder)
    plan.files[new] = source.result()
    plan.dates += moved.dates
    plan.notes += moved.notes


def _point_to_schemas(
    source: Editing, old: Path, new: Path, base_path: Path, plan: Plan, folder: Path
) -> None:
    """Have the editor line of a copied file name the schemas that are where the copy is."""
    line = _EDITOR_LINE.search(source.text)
    if line is None or "://" in line[1]:
        return
    named = Path(os.path.normpath(old.parent / line[1]))
    if named == Path(os.path.normpath(facts_schema_file(base_path))):
        wanted = facts_schema_file(plan.path)
    elif named.name == RULESET_SCHEMA and not (new.parent / line[1]).exists():
        wanted = folder / RULESET_SCHEMA
        plan.schema = None if wanted.exists() else wanted
    else:
        return
    source.replace(*line.span(1), Path(os.path.relpath(wanted, new.parent)).as_posix())


def facts_schema_file(path: Path) -> Path:
    """Where the schema of a ruleset's facts files is published: ``2024.schema.json`` beside ``2024.yaml``."""
    return path.with_suffix(".schema.json")
