"""``audit rules new``: a new year's ruleset that loads, checks clean, and keeps what was not to change."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import Language
from engine.ruleset.creating import Wish, carry_out, plan_overlay
from engine.ruleset.library import Library
from tests.command import ROOT, Run, audit
from tests.core_yaml import core_document

BASE = ROOT / "rulesets" / "guangdong" / "2024.yaml"
OWN = ROOT / "rulesets" / "guangdong" / "2024" / "general-office.yaml"
TABLE = """# A table with dates in its rules.
ruleset: mine/2024
title: {zh: 2024 年度表, en: "Table of 2024"}   # the title says the year
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
parameters:
  due: {value: 2024-03-31, type: date, basis: {source: 办法（2024-01-01）, status: law}}
  since: {value: 2015-01-01,   type: date}
facts:
  filed: {label: 报送日期, type: date, at_least: '2024-01-01'}
  founded: {label: 成立日期, type: date, optional: true}
criteria:
  - id: report
    title: 2024 年报告
    points: 10
    deductions:
      - {id: late, when: 'workdays(due, filed) > 0', deduct: 4, because: "应于 {due} 报送"}
      - {id: leap, when: filed == 2024-02-29, deduct: 1, because: 闰日}
      - {id: old, when: given(founded) and founded < since, deduct: 1, because: 早}
examples:
  - {name: on 2024-02-29, given: {filed: 2024-02-29, founded: 2020-02-29}, expect: {fired: [leap], total: 9}}
  - {name: the next working day, given: {filed: 2024-04-01}, expect: {fired: [late], total: 6}}
  - {name: in time, given: {filed: "2024-03-29"}, expect: {not_fired: [late]}}
"""


def new(tmp_path: Path, *arguments: object, cwd: Path | None = None) -> Run:
    return audit("--lang", "en", "rules", "new", *arguments, "--folder", tmp_path, cwd=cwd or tmp_path)


def changed_lines(old: Path, made: Path) -> Iterator[tuple[str, str]]:
    lines = [path.read_bytes().decode().split("\n") for path in (old, made)]
    assert len(lines[0]) == len(lines[1])
    for one, two in zip(*lines, strict=True):
        if one != two:
            yield one, two


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "2024.yaml"
    path.parent.mkdir()
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A folder with guangdong/2025, a copy of guangdong/2024, and what was told when it was made."""
    folder = tmp_path_factory.mktemp("copied")
    run = new(folder, "guangdong/2025", "--from", "guangdong/2024")
    assert run.code == 0, run.err
    return folder, run


# A copy


def test_a_copy_checks_clean_and_keeps_every_other_byte(copied: tuple[Path, Run]) -> None:
    folder, _ = copied
    made = folder / "guangdong" / "2025.yaml"
    for old, two in changed_lines(BASE, made):
        if "$schema=" in old:
            continue
        kept = re.sub(r"2024(-\d\d-\d\d)|(guangdong/)2024|(year: )2024|2024( 年度）)|, 2024$", "", old)
        assert kept == re.sub(
            r"2025(-\d\d-\d\d)|(guangdong/)2025|(year: )2025|2025( 年度）)|, 2025$", "", two
        )
        assert old.partition(" #")[2] == two.partition(" #")[2]
    check = audit("--lang", "en", "--rulesets", folder, "rules", "check", "guangdong/2025")
    assert (check.code, check.out.splitlines()[-1][:8]) == (0, "0 errors")
    ruleset = Library((folder,)).load("guangdong/2025")
    assert (ruleset.year, ruleset.title.en[-4:]) == (2025, "2025")
    assert ruleset.rules
    assert len(ruleset.rules) == len(Library().load("guangdong/2024").rules)


def test_the_own_folder_comes_along(copied: tuple[Path, Run]) -> None:
    folder, _ = copied
    made = folder / "guangdong" / "2025" / "general-office.yaml"
    facts = core_document(made)
    assert (facts["year"], facts["ruleset"]) == (2025, "guangdong/2025")
    assert facts["facts"]["preparation"] == {"due": "2025-09-30", "submitted": "2025-09-27"}
    score = audit("--rulesets", folder, "score", made)
    assert "总分：100.00" in score.out
    assert all("2025" in two for _, two in changed_lines(OWN, made))


def test_examples_that_no_longer_hold_are_told_and_not_changed(copied: tuple[Path, Run]) -> None:
    folder, run = copied
    told = [line for line in run.err.splitlines() if "R080" in line]
    name = "one working day late begins the first step"
    [line] = [line for line in told if name in line]
    assert re.search(r"2025\.yaml:\d+:\d+: ", line)
    assert "expected 1.5, found 2" in line
    made = (folder / "guangdong" / "2025.yaml").read_text(encoding="utf-8")
    expectations = re.findall(r"expect:.*", BASE.read_text(encoding="utf-8"))
    assert re.findall(r"expect:.*", made) == expectations
    failing = audit("--lang", "en", "--rulesets", folder, "rules", "test", "guangdong/2025")
    assert failing.code == 1
    assert failing.out.count("✗ ") == len(told)
    assert f"{len(told)} no longer hold" in run.out


def test_dates_of_rules_examples_and_bounds_are_moved_and_others_are_not(table: Path, tmp_path: Path) -> None:
    run = new(tmp_path, "mine/2025", "--from", "mine/2024")
    assert run.code == 0, run.err
    made = core_document(tmp_path / "mine" / "2025.yaml")
    assert made["title"] == {"zh": "2025 年度表", "en": "Table of 2025"}
    assert made["criteria"][0]["title"] == "2025 年报告"
    assert made["parameters"]["due"]["value"] == "2025-03-31"
    assert made["parameters"]["since"]["value"] == "2015-01-01"
    assert made["parameters"]["due"]["basis"]["source"] == "办法（2024-01-01）"
    assert made["facts"]["filed"]["at_least"] == "2025-01-01"
    assert [one["given"]["filed"] for one in made["examples"]] == ["2025-02-28", "2025-04-01", "2025-03-29"]
    assert made["examples"][0]["given"]["founded"] == "2021-02-28"
    assert made["examples"][0]["name"] == "on 2024-02-29"
    lines = (tmp_path / "mine" / "2025.yaml").read_text(encoding="utf-8").splitlines()
    assert "  since: {value: 2015-01-01,   type: date}" in lines
    assert lines[2].endswith("}   # the title says the year")
    assert run.err.count("R081") == 2
    assert "2024-02-29 has no counterpart in 2025; it now says 2025-02-28" in run.err
    [left] = [line for line in run.err.splitlines() if "R082" in line]
    places = [number for number, line in enumerate(lines, 1) if "2024" in line]
    assert f"in line {', '.join(map(str, places))} (" in left


def test_windows_line_ends_and_a_byte_order_mark_are_kept(table: Path, tmp_path: Path) -> None:
    table.write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    assert new(tmp_path, "mine/2025", "--from", "mine/2024").code == 0
    made = (tmp_path / "mine" / "2025.yaml").read_bytes()
    assert made.startswith(b"\xef\xbb\xbf#")
    assert made.count(b"\r\n") == TABLE.count("\n") == made.count(b"\n")
    old = table.read_bytes()
    assert sum(one != two for one, two in zip(old.split(b"\r\n"), made.split(b"\r\n"), strict=True)) == 9
    assert new(tmp_path, "mine/2026", "--from", "mine/2024", "--overlay").code == 0
    overlay = (tmp_path / "mine" / "2026.yaml").read_bytes()
    assert overlay.count(b"\r\n") == overlay.count(b"\n") > 5


def test_mixed_line_ends_stay_mixed(table: Path, tmp_path: Path) -> None:
    table.write_bytes(b"\r\n".join(TABLE.encode().split(b"\n", 20)))
    assert new(tmp_path, "mine/2025", "--from", "mine/2024").code == 0
    made = (tmp_path / "mine" / "2025.yaml").read_bytes()
    assert (made.count(b"\r\n"), made.count(b"\n")) == (20, TABLE.count("\n"))
    assert core_document(tmp_path / "mine" / "2025.yaml")["parameters"]["due"]["value"] == "2025-03-31"


def test_other_files_of_the_own_folder_are_copied_as_they_are(table: Path, tmp_path: Path) -> None:
    own = table.with_suffix("")
    (own / "more").mkdir(parents=True)
    (own / "more" / "form.bin").write_bytes(b"\x00\xff 2024-01-01")
    (own / "gbk.yaml").write_bytes("部门: 甲 2024-01-01".encode("gbk"))
    (own / "more.yaml").write_text(
        "examples:\n  - {name: e, given: {filed: 2024-03-01}, expect: {total: 10}}\n"
    )
    (own / ".hidden").write_text("x")
    (own / "link.yaml").symlink_to(OWN)
    run = new(tmp_path, "mine/2025", "--from", "mine/2024")
    made = tmp_path / "mine" / "2025"
    assert (made / "more" / "form.bin").read_bytes() == b"\x00\xff 2024-01-01"
    assert (made / "gbk.yaml").read_bytes() == (own / "gbk.yaml").read_bytes()
    assert "R084" in run.err
    assert "2025-03-01" in (made / "more.yaml").read_text()
    assert not (made / ".hidden").exists()
    assert not (made / "link.yaml").exists()


def test_a_year_beyond_the_calendar_is_told(table: Path, tmp_path: Path) -> None:
    run = new(tmp_path, "mine/2060", "--from", "mine/2024")
    assert run.code == 0
    assert "R083" in run.err
    assert "E30" in run.err or "F009" in run.err  # what the examples end in


def test_the_year_may_be_said_apart_from_the_id(table: Path, tmp_path: Path) -> None:
    run = new(tmp_path, "mine/next", "--from", "mine/2024")
    assert (run.code, run.out) == (2, "")
    assert "U011" in run.err
    assert new(tmp_path, "mine/next", "--from", table, "--year", "2025").code == 0
    assert core_document(tmp_path / "mine" / "next.yaml")["year"] == 2025


# An overlay


def test_an_overlay_is_small_and_inherits_the_examples(tmp_path: Path) -> None:
    run = new(tmp_path, "guangdong/2025", "--from", "guangdong/2024", "--overlay")
    assert run.code == 0
    assert "R080" not in run.err
    path = tmp_path / "guangdong" / "2025.yaml"
    assert list(core_document(path)) == ["ruleset", "extends", "title", "year"]
    assert not path.with_suffix("").exists()
    assert audit("--rulesets", tmp_path, "rules", "check", "guangdong/2025").code == 0
    assert audit("--rulesets", tmp_path, "rules", "test", "guangdong/2025").code == 0
    ruleset = Library((tmp_path,)).load("guangdong/2025")
    assert (ruleset.year, ruleset.title.zh) == (2025, "广东省省级部门整体支出绩效自评指标（2025 年度）")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("base", sorted(Library().ids()))
def test_what_an_overlay_hints_at_changes_nothing_when_it_is_taken(
    tmp_path: Path, language: Language, base: str
) -> None:
    carry_out(plan_overlay(Wish("mine/2031", None, base, tmp_path), Library(), language))
    path = tmp_path / "mine" / "2031.yaml"
    before = Library((tmp_path,)).load("mine/2031").digest
    head, _, hints = path.read_text(encoding="utf-8").partition("\n\n")
    taken = re.sub(r"^# ", "", hints.partition("\n")[2], flags=re.MULTILINE)
    path.write_text(f"{head}\n{taken}", encoding="utf-8")
    assert Library((tmp_path,)).load("mine/2031").digest == before


def test_an_overlay_moves_the_dates_of_parameters(table: Path, tmp_path: Path) -> None:
    run = new(tmp_path, "mine/2025", "--from", "mine/2024", "--overlay")
    made = core_document(tmp_path / "mine" / "2025.yaml")
    assert made["parameters"] == {"due": {"value": "2025-03-31"}}
    assert "R080" in run.err  # the inherited examples keep their dates, and one no longer holds


# Where it goes


def test_the_folder_it_goes_to(table: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "rulesets").mkdir(parents=True)
    arguments = ("rules", "new", "mine/2025", "--from", table)
    assert audit(*arguments, cwd=here).code == 0
    assert (here / "rulesets" / "mine" / "2025.yaml").is_file()
    plain = tmp_path / "plain"
    plain.mkdir()
    assert "mine/2025.yaml" in audit(*arguments, cwd=plain).out
    assert (plain / "mine" / "2025.yaml").is_file()
    given = tmp_path / "given"
    given.mkdir()
    assert audit("--rulesets", given, *arguments, cwd=here).code == 0
    assert (given / "mine" / "2025.yaml").is_file()
    assert audit(*arguments, "--folder", tmp_path / "nowhere", cwd=here).code == 2


def test_editor_lines_name_schemas_that_are_there(copied: tuple[Path, Run]) -> None:
    folder, _ = copied
    new(folder, "guangdong/2026", "--from", "guangdong/2025", "--overlay")
    for path in folder.rglob("*.yaml"):
        [named] = re.findall(r"^# yaml-language-server: \$schema=(\S+)", path.read_text(encoding="utf-8"))
        assert (path.parent / named).is_file(), path
    assert (folder / "guangdong" / "2025.schema.json").is_file()
    assert "2026" in (folder / "guangdong" / "2026.schema.json").read_text(encoding="utf-8")


# Bad input


@pytest.mark.parametrize("taken", ["guangdong/2025.yaml", "guangdong/2025/x.yaml"])
@pytest.mark.parametrize("way", ["--copy", "--overlay"])
def test_nothing_that_exists_is_overwritten(tmp_path: Path, taken: str, way: str) -> None:
    path = tmp_path / taken
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    run = new(tmp_path, "guangdong/2025", "--from", "guangdong/2024", way)
    assert (run.code, run.out) == (2, "")
    assert "U010" in run.err
    assert path.read_text(encoding="utf-8") == "mine"
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


def test_an_id_that_is_taken_elsewhere_is_refused(tmp_path: Path) -> None:
    run = new(tmp_path, "guangdong/2024", "--from", "guangdong/2024")
    assert (run.code, run.out) == (2, "")
    assert "U010" in run.err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("guangdong/2025", "--from", "guangdong/2042"), 4, "R010"),
        (("guangdong/2025", "--from", "nowhere.yaml"), 4, "R010"),
        (("../2025", "--from", "guangdong/2024"), 2, "R010"),
        (("/tmp/2025", "--from", "guangdong/2024"), 2, "R010"),
        (("Guangdong/2025", "--from", "guangdong/2024"), 2, "R010"),
        (("guangdong/2025",), 2, "--from"),
    ],
)
def test_bad_calls(tmp_path: Path, arguments: tuple[str, ...], exit_code: int, code: str) -> None:
    run = new(tmp_path, *arguments)
    assert (run.code, run.out) == (exit_code, "")
    assert code in run.err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TABLE.encode("gbk"), "S103"),
        (TABLE.replace("criteria:", "criteria: [").encode(), "S104"),
        (TABLE.replace("deduct: 4", "deduct: 4%").encode(), "E202"),
        (b"", "S105"),
    ],
)
def test_a_base_that_cannot_be_used(table: Path, tmp_path: Path, content: bytes, code: str) -> None:
    table.write_bytes(content)
    run = new(tmp_path, "mine/2025", "--from", table)
    assert (run.code, run.out) == (4, "")
    assert code in run.err
    assert "2024.yaml" in run.err
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [table]
    assert table.read_bytes() == content


def test_an_overlay_must_find_what_it_extends(table: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run = new(other, "mine/2025", "--from", table, "--overlay")
    assert run.code == 0, run.err
    check, _ = printed_commands(run)
    assert check[:2] == ["--rulesets", str(tmp_path)]
    lost = audit("--lang", "en", *check[2:], cwd=other)
    assert "there is no ruleset 'mine/2024'" in lost.out


def test_a_folder_that_cannot_be_written(table: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is wanted", encoding="utf-8")
    run = new(tmp_path, "blocked/2025", "--from", "mine/2024")
    assert (run.code, run.out) == (2, "")
    assert "U001" in run.err
    assert (tmp_path / "blocked").read_text(encoding="utf-8") == "a file where a folder is wanted"


def printed_commands(run: Run) -> list[list[str]]:
    """The commands under a run, as a shell takes them apart."""
    lines = [
        line.partition(": ")[2] for line in run.out.splitlines() if line.startswith(("next: ", "by its id "))
    ]
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("way", ["--copy", "--overlay"])
def test_the_commands_that_are_printed_work_as_they_stand(way: str, table: Path) -> None:
    """In a folder with a blank in its name, from a base that lies in another one."""
    home = table.parent.parent
    (home / "my rules").mkdir()
    run = audit(
        "--lang", "en", "rules", "new", "mine/2025", "--from", "mine/2024.yaml", way, "--folder", "my rules", cwd=home
    )  # fmt: skip
    assert run.code == 0, run.err
    check, score = printed_commands(run)
    assert audit("--lang", "en", *check, cwd=home).out.splitlines()[-1].startswith("0 errors")
    assert score[-2:] == ["score", "FACTS.yaml"]
    (home / "facts.yaml").write_text(
        "department: A\nyear: 2025\nruleset: mine/2025\nfacts: {filed: 2025-03-28}\n", encoding="utf-8"
    )
    scored = audit("--lang", "en", *score[:-1], "facts.yaml", cwd=home)
    assert (scored.code, scored.err) == (0, "")
    # By its id alone it is not found, and the message says where it lies.
    (home / "my rules").rename(home / "rulesets")
    lost = audit("--lang", "en", "rules", "check", "mine/2025", cwd=home)
    assert "it lies in the folder rulesets: add --rulesets rulesets after 'audit'" in lost.out


def test_folders_of_the_environment_are_not_printed(table: Path) -> None:
    home = table.parent.parent
    run = audit(
        "--lang", "en", "rules", "new", "mine/2025", "--from", "mine/2024", cwd=home, AUDIT_RULESETS=str(home)
    )
    assert printed_commands(run) == [["rules", "check", str(home / "mine" / "2025.yaml")]]
    option = audit(
        "--lang", "en", "--rulesets", home, "rules", "new", "mine/2026", "--from", "mine/2024", cwd=home
    )
    assert printed_commands(option) == [
        ["--rulesets", str(home), "rules", "check", str(home / "mine" / "2026.yaml")]
    ]
