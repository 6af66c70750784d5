"""Rulesets kept between runs: never another score than without, and never anybody else's data."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

from engine.errors import RulesetError
from engine.facts.reading import load_facts, read_facts
from engine.record.writing import result_document
from engine.ruleset import keeping
from engine.ruleset.keeping import Shelf
from engine.ruleset.library import Library, shipped_folder
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.testing.examples import cases_of, example_document
from tests.command import GOLDEN, audit
from tests.shapes.cases import FOLDER

OVERLAY = """\
ruleset: mine/overlay
extends: mine/base
parameters:
  filing_days: {value: 8}
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """``mine/base``, a copy of the golden table, ``mine/overlay``, which extends it, and ``mine/small``."""
    folder = tmp_path / "rulesets"
    (folder / "mine").mkdir(parents=True)
    text = (shipped_folder() / "guangdong/2024.yaml").read_text(encoding="utf-8")
    base = folder / "mine/base.yaml"
    base.write_text(text.replace("ruleset: guangdong/2024", "ruleset: mine/base", 1), encoding="utf-8")
    (folder / "mine/overlay.yaml").write_text(OVERLAY, encoding="utf-8")
    small = (FOLDER / "01-threshold.yaml").read_text(encoding="utf-8")
    small = small.replace("ruleset: shapes/01-threshold", "ruleset: mine/small", 1)
    (folder / "mine/small.yaml").write_text(small, encoding="utf-8")
    return Library((folder,))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache" / "rulesets")


def result(ruleset: Ruleset) -> str:
    return json.dumps(result_document(Scorer(ruleset).score(load_facts(GOLDEN, ruleset))))


def total(ruleset: Ruleset) -> str:
    return str(json.loads(result(ruleset))["total"])


def kept_files(shelf: Shelf) -> list[Path]:
    return sorted(shelf.folder.glob("*"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def building_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a ruleset can only come from the shelf."""

    def fail(*arguments: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr("engine.ruleset.building.build_ruleset", fail)


def test_a_kept_ruleset_scores_as_a_built_one(
    library: Library, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reference in ("guangdong/2024", "mine/overlay"):
        built = result(library.load(reference))
        assert result(shelf.load(library, reference)) == built
        with monkeypatch.context() as patched:
            building_fails(patched)
            assert result(shelf.load(library, reference)) == built


def test_a_kept_ruleset_still_knows_its_document(library: Library, shelf: Shelf) -> None:
    shelf.load(library, "mine/overlay")
    kept, built = shelf.load(library, "mine/overlay"), library.load("mine/overlay")
    assert kept.document == built.document
    assert [one.name for one in kept.examples] == [one.name for one in built.examples]
    assert kept.source.position == built.source.position


def test_every_shipped_ruleset_can_be_kept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    digests = {one: shelf.load(library, one).digest for one in library.ids()}
    building_fails(monkeypatch)
    assert {one: shelf.load(library, one).digest for one in library.ids()} == digests


def test_what_was_edited_is_built_again(library: Library, shelf: Shelf) -> None:
    assert [total(shelf.load(library, one)) for one in ("mine/base", "mine/overlay")] == ["97.41", "98.41"]
    edit(library.folders[0] / "mine/base.yaml", "score: points * min(execution_rate, 100%)", "score: points")
    assert [total(shelf.load(library, one)) for one in ("mine/base", "mine/overlay")] == ["99", "100"]
    edit(library.folders[0] / "mine/overlay.yaml", "value: 8", "value: 7")
    assert total(shelf.load(library, "mine/overlay")) == "99"


def test_a_base_that_is_now_found_elsewhere_is_built_again(
    library: Library, shelf: Shelf, tmp_path: Path
) -> None:
    """The overlay's own folder is looked in first: a base put there goes before the one further on."""
    alone = tmp_path / "alone"
    (alone / "mine").mkdir(parents=True)
    overlay = alone / "mine/overlay.yaml"
    overlay.write_text(OVERLAY, encoding="utf-8")
    reference = str(overlay)
    assert total(shelf.load(library, reference)) == "98.41"
    shutil.copy(library.folders[0] / "mine/base.yaml", alone / "mine/base.yaml")
    edit(alone / "mine/base.yaml", "score: points * min(execution_rate, 100%)", "score: points")
    assert total(shelf.load(library, reference)) == "100"


def test_another_engine_builds_its_own(
    library: Library, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.load(library, "mine/base")
    monkeypatch.setattr(keeping, "__version__", "another")
    building_fails(monkeypatch)
    with pytest.raises(AssertionError, match="built again"):
        shelf.load(library, "mine/base")


@pytest.mark.parametrize("damage", ["cut", "emptied", "scribbled"])
def test_a_damaged_one_is_built_again(library: Library, shelf: Shelf, damage: str) -> None:
    shelf.load(library, "mine/base")
    (kept,) = kept_files(shelf)
    content = kept.read_bytes()
    head = content.index(b"\n") + 1
    kept.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "emptied": b"",
            "scribbled": content[:head] + b"nonsense" + content[head:],
        }[damage]
    )
    assert total(shelf.load(library, "mine/base")) == "97.41"
    assert kept.read_bytes() == content


class Planted:
    """Unpickling it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("whose", ["file", "folder"])
def test_what_others_could_have_written_is_not_read(
    library: Library, shelf: Shelf, tmp_path: Path, whose: str
) -> None:
    shelf.load(library, "mine/base")
    (kept,) = kept_files(shelf)
    head, _, _ = kept.read_bytes().partition(b"\n")
    mark = tmp_path / "mark"
    kept.write_bytes(head + b"\n" + pickle.dumps(Planted(mark)))
    (kept if whose == "file" else shelf.folder).chmod(0o777)
    assert total(shelf.load(library, "mine/base")) == "97.41"
    assert not mark.exists()


def test_no_more_are_kept_than_a_shelf_holds(
    library: Library, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 3)
    for reference in Library().ids():
        shelf.load(library, reference)
    assert len(kept_files(shelf)) == 3


def test_a_document_that_changed_meanwhile_is_not_mixed_in(library: Library, shelf: Shelf) -> None:
    shelf.load(library, "mine/base")
    kept = shelf.load(library, "mine/base")
    edit(library.folders[0] / "mine/base.yaml", "score: points * min(execution_rate, 100%)", "score: points")
    with pytest.raises(RulesetError, match="R013"):
        _ = kept.document


def test_the_command_keeps_rulesets_where_it_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    first = audit("score", GOLDEN, AUDIT_CACHE=str(folder))
    assert len([*folder.rglob("*.ruleset")]) == 1
    assert audit("score", GOLDEN, AUDIT_CACHE=str(folder)) == first
    assert audit("score", GOLDEN, AUDIT_CACHE="off") == first


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert audit("score", GOLDEN, AUDIT_CACHE=str(in_the_way)).code == 0


def test_any_damage_to_what_is_kept_is_seen(library: Library, shelf: Shelf) -> None:
    """One bit anywhere could be another threshold."""
    built = library.load("mine/small")
    cases = [
        one for one in cases_of(built, library.example_folder(built)) if one.example.expect.error is None
    ]
    facts = [read_facts(example_document(one, built), built) for one in cases]

    def points() -> list[str]:
        scorer = Scorer(shelf.load(library, "mine/small"))
        return [str(scorer.score(one).total) for one in facts]

    expected = points()
    assert len({*expected}) > 1
    (kept,) = kept_files(shelf)
    content = kept.read_bytes()
    for place in range(0, len(content), len(content) // 40):
        kept.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert points() == expected


def test_a_cache_below_a_folder_of_others_is_not_used(library: Library, tmp_path: Path) -> None:
    """Whoever may rename in a folder above could put a folder of their own in its place."""
    shared = tmp_path / "shared"
    shelf = Shelf(shared / "cache")
    shelf.folder.mkdir(parents=True, mode=0o700)
    shared.chmod(0o777)
    shelf.load(library, "mine/base")
    assert kept_files(shelf) == []


def test_a_base_edited_while_it_is_built_is_not_kept(
    library: Library, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.ruleset import building

    honest = building.build_ruleset

    def edited_meanwhile(root: object) -> Ruleset:
        edit(
            library.folders[0] / "mine/base.yaml",
            "score: points * min(execution_rate, 100%)",
            "score: points",
        )
        return honest(root)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(building, "build_ruleset", edited_meanwhile)
        shelf.load(library, "mine/overlay")
    assert kept_files(shelf) == []
    assert total(shelf.load(library, "mine/overlay")) == "100"
