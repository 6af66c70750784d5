"""No output takes the place of an input, by whatever name, and none is named for what it is not."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli.outputs import KINDS, OutputPath
from cli.root import audit
from engine.errors import OutputIsInput, UsageProblem
from tests.command import ROOT
from tests.proof.test_prove import CLEAN

duckdb = pytest.importorskip("duckdb")

BASE = (ROOT / "tests" / "shapes" / "19-bonus-per-case.yaml").read_text(encoding="utf-8")
FACTS = """department: 甲局
year: 2024
ruleset: base
facts: {base_points: 90, commendations: [{id: A, national: true}], pilot: false}
"""
READ = {"--rulesets", "score --against", "report --template", "template --from", "rules diff --facts"}
"""The options that name what is read, or is looked into."""


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


COMMANDS = dict(commands(audit))
PATHS = {
    f"{name} {max(one.opts, key=len)}".strip(): one
    for name, command in COMMANDS.items()
    for one in command.params
    if isinstance(one, click.Option) and isinstance(one.type, click.Path)
}
"""Every option that takes a path: ``rules show --output``."""

CASES = {
    "score --output": [
        ("score facts.yaml -o {out}", "facts.yaml", ".txt"),
        ("score facts.yaml -f json -o {out}", "facts.yaml", ".json"),
        ("score good.yaml facts.yaml -o {out}", "facts.yaml", ""),
        ("score facts.yaml -r over.yaml -o {out}", "over.yaml", ".txt"),
        ("score facts.yaml -r over.yaml -o {out}", "base.yaml", ".txt"),
        ("score facts.yaml -r over -f csv -o {out}", "base.yaml", ".csv"),
        ("score facts.yaml --against report.txt -o {out}", "report.txt", ".txt"),
    ],
    "report --output": [
        ("report facts.yaml -o {out}", "facts.yaml", ".html"),
        ("report facts.yaml -r over.yaml -o {out}", "base.yaml", ".md"),
        ("report result.json -r base.yaml -o {out}", "result.json", ".xlsx"),
        ("report facts.yaml -t template.docx -o {out}", "template.docx", ".docx"),
    ],
    "extract --output": [
        ("extract report.txt -r base.yaml --force -o {out}", "report.txt", ".yaml"),
        ("extract report.txt -r over.yaml --force -o {out}", "base.yaml", ".yaml"),
    ],
    "template --output": [
        ("template over.yaml --force -o {out}", "base.yaml", ".xlsx"),
        ("template base.yaml --from facts.yaml --force -o {out}", "facts.yaml", ".xlsx"),
    ],
    "portfolio score --output": [
        ("portfolio score in -r base.yaml -o {out}", "in/facts.yaml", ".xlsx"),
        ("portfolio score in -r over.yaml -o {out}", "base.yaml", ".duckdb"),
        ("portfolio score tables -r base.yaml -o {out}", "tables/main.csv", ".xlsx"),
        ("portfolio score tables.duckdb -r base.yaml -o {out}", "tables.duckdb", ".duckdb"),
    ],
    "portfolio impact --output": [
        ("portfolio impact tables --from base.yaml --to over.yaml -o {out}", "tables/main.csv", ".csv"),
        ("portfolio impact tables --from base.yaml --to over.yaml -o {out}", "over.yaml", ".csv"),
        ("portfolio impact tables.duckdb --from base.yaml --to over.yaml -o {out}", "tables.duckdb", ".csv"),
    ],
    "portfolio summary --plot": [
        ("portfolio summary result --plot {out}", "result/scores.csv", ".png"),
        ("portfolio summary result.duckdb --plot {out}", "result.duckdb", ".svg"),
    ],
    "rules show --output": [
        ("rules show over.yaml -o {out}", "base.yaml", ".txt"),
        ("rules show over.yaml -f yaml -o {out}", "over.yaml", ".yaml"),
    ],
    "rules compile --output": [("rules compile over.yaml -o {out}", "base.yaml", ".sql")],
    "rules schema --output": [("rules schema facts over.yaml -o {out}", "base.yaml", ".json")],
    "rules test --junit": [
        ("rules test over.yaml --junit {out}", "over.yaml", ".xml"),
        ("rules test base.yaml --junit {out}", "base/more.yaml", ".xml"),
    ],
}  # fmt: skip
"""Of each option what would be written over what: a command, the input, and how the output's name ends."""

FOLDERS = {
    "portfolio template --output": "portfolio template base.yaml -o tables",
    "rules new --folder": "rules new base --from base.yaml --year 2025 --folder .",
    "rules prove --save": "",
}
"""Options of folders that files are put into; the command, where one of them is there already."""


def invoke(*words: str) -> Result:
    return CliRunner().invoke(audit, ["--lang", "en", *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with everything that commands read."""
    desk = tmp_path_factory.mktemp("desk")
    before = Path.cwd()
    os.chdir(desk)
    try:
        head, _, examples = BASE.partition("examples:\n")
        Path("base.yaml").write_text(
            head.replace("ruleset: shapes/19-bonus-per-case", "ruleset: base"), encoding="utf-8"
        )
        Path("over.yaml").write_text("ruleset: over\nextends: base\nyear: 2024\n", encoding="utf-8")
        Path("facts.yaml").write_text(FACTS, encoding="utf-8")
        Path("good.yaml").write_text(FACTS, encoding="utf-8")
        Path("base").mkdir()
        Path("base", "more.yaml").write_text("examples:\n" + examples, encoding="utf-8")
        Path("report.txt").write_text("一、基本情况\n本部门无表彰。\n", encoding="utf-8")
        shutil.copy(ROOT / "engine" / "documents" / "report" / "self-evaluation.zh.docx", "template.docx")
        Path("in").mkdir()
        Path("in", "facts.yaml").write_text(FACTS, encoding="utf-8")
        assert (
            invoke("--rulesets", ".", "score", "facts.yaml", "-f", "json", "-o", "result.json").exit_code == 0
        )
        for out in ("result", "result.duckdb"):
            assert invoke("portfolio", "score", "in", "-r", "base.yaml", "-o", out).exit_code == 0
        assert invoke("portfolio", "template", "base.yaml", "-o", "tables").exit_code == 0
        with Path("tables", "main.csv").open("a", encoding="utf-8") as file:
            file.write("甲局" + "," * 4 + "\n")
        with duckdb.connect("tables.duckdb") as connection:
            connection.execute(
                "CREATE TABLE main AS SELECT '甲局' AS department, '90' AS base_points, 'false' AS pilot"
            )
    finally:
        os.chdir(before)
    return desk


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to spoil, as the working folder; rulesets are kept, and so come from the cache the second time."""
    shutil.copytree(made, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("AUDIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIT_RULESETS", ".")
    return tmp_path / "desk"


def content(folder: Path) -> dict[Path, object]:
    return {
        one: (
            one.lstat().st_ino,
            one.readlink() if one.is_symlink() else one.read_bytes() if one.is_file() else None,
        )
        for one in folder.rglob("*")
    }


def refused(command: str, desk: Path, kind: type[UsageProblem] = OutputIsInput) -> UsageProblem:
    """Run the command twice, so that rulesets are kept in between; nothing on the desk may change."""
    before = content(desk)
    for _ in range(2):
        result = invoke(*command.split())
        assert isinstance(result.exception, kind), (command, result.output, result.exception)
        assert content(desk) == before
    assert isinstance(result.exception, UsageProblem)
    return result.exception


def test_every_option_that_takes_a_path_is_here() -> None:
    """A new one is either one of those that read, or an output, which has its cases here."""
    assert PATHS.keys() == READ | CASES.keys() | FOLDERS.keys()
    for name, option in PATHS.items():
        assert isinstance(option.type, OutputPath) == (name not in READ), name


ALL = [(command, read, ending) for cases in CASES.values() for command, read, ending in cases]


@pytest.mark.parametrize(("command", "read", "ending"), ALL, ids=[f"{one[0]}<{one[1]}" for one in ALL])
@pytest.mark.parametrize("how", ["itself", "link", "hard link", "through a linked folder"])
def test_what_is_read_is_not_overwritten(desk: Path, command: str, read: str, ending: str, how: str) -> None:
    if how == "itself" and Path(read).suffix == ending:
        refused(command.format(out=read), desk)
        return
    alias = Path(f"alias{ending}")
    if how == "hard link":
        os.link(read, alias)
    else:
        alias.symlink_to(read)
    if how == "through a linked folder":
        Path("elsewhere").symlink_to(desk)
        alias = Path("elsewhere", alias)
    told = refused(command.format(out=alias), desk).problems[0]
    assert (told.code, str(told.where)) == ("U004", str(alias))


@pytest.mark.parametrize(
    "out", ["in", "in/new", "in/new.xlsx", "./in/../in/deep/new.duckdb", "seen/new", "in/link"]
)
def test_nothing_is_written_into_the_folder_that_is_read(desk: Path, out: str) -> None:
    Path("in/deep").mkdir()
    Path("seen").symlink_to("in")
    Path("in/link").symlink_to("../result")
    told = refused(f"portfolio score in -r base.yaml -o {out}", desk).problems[0]
    assert "the command reads the folder in" in told.message.en


def test_a_result_does_not_replace_what_holds_its_input(desk: Path) -> None:
    """A folder that looks like an earlier result, in which lies what is read."""
    Path("result/scores.csv").unlink()
    Path("in").rename("result/scores.csv")
    told = refused("portfolio score result/scores.csv -r base.yaml -o result", desk).problems[0]
    assert "it holds" in told.message.en


@pytest.mark.parametrize("command", [one for one in FOLDERS.values() if one])
def test_files_that_are_put_into_a_folder_overwrite_none(desk: Path, command: str) -> None:
    refused(command, desk, UsageProblem)


def test_a_department_that_is_saved_does_not_overwrite_the_ruleset(desk: Path) -> None:
    pytest.importorskip("z3")
    Path("gap.yaml").write_text(CLEAN.replace("above: 40, earn: 0", "above: 41, earn: 0"), encoding="utf-8")
    assert invoke("rules", "prove", "gap.yaml", "timeliness", "--save", "saved").exit_code == 1
    saved = sorted(Path("saved").iterdir())
    assert len(saved) > 1
    saved[-1].unlink()
    os.link("gap.yaml", saved[-1])
    told = refused("rules prove gap.yaml timeliness --save saved", desk).problems[0]
    assert (told.code, str(told.where)) == ("U004", str(saved[-1]))


def test_examples_are_generated_anew_over_those_that_were(desk: Path) -> None:
    """The one file that is read in order to be written: it says in its first line that it may be."""
    text = Path("base/more.yaml").read_text(encoding="utf-8")
    Path("base/more.yaml").write_text(text.partition("  - name: one case")[0], encoding="utf-8")
    for _ in range(2):
        result = invoke("rules", "test", "base.yaml", "--obligations", "--write")
        assert "base/generated.yaml written" in result.output, (result.output, result.exception)


def test_what_is_filled_in_is_overwritten_only_by_force(desk: Path) -> None:
    assert invoke("template", "base.yaml", "-o", "form.xlsx").exit_code == 0
    assert refused("template base.yaml -o form.xlsx", desk, UsageProblem).problems[0].code == "U006"
    Path("form.xlsx").write_bytes(b"filled in")
    assert invoke("template", "base.yaml", "-o", "form.xlsx", "--force").exit_code == 0
    assert Path("form.xlsx").read_bytes() != b"filled in"
    assert invoke("extract", "report.txt", "-r", "base.yaml", "-o", "found.yaml").exit_code == 0
    assert (
        refused("extract report.txt -r base.yaml -o found.yaml", desk, UsageProblem).problems[0].code
        == "U006"
    )
    assert invoke("extract", "report.txt", "-r", "base.yaml", "-o", "found.yaml", "--force").exit_code == 0


FORMATS = {
    "score facts.yaml": {"": ".txt", "-f json": ".json", "-f csv": ".csv", "-f markdown": ".md"},
    "rules show base.yaml": {"": ".txt", "-f markdown": ".md", "-f html": ".html", "-f yaml": ".yaml"},
    "rules compile base.yaml": {"": ".sql"},
    "rules schema": {"": ".json"},
    "extract report.txt -r base.yaml": {"": ".yaml"},
    "portfolio impact tables --from base.yaml --to over.yaml": {"": ".csv"},
}


@pytest.mark.parametrize("command", FORMATS)
def test_a_name_that_says_another_format_is_refused_with_what_to_do(desk: Path, command: str) -> None:
    wrong = 0
    for option, own in FORMATS[command].items():
        for ending, kind in KINDS.items():
            line = f"{command} {option} -o named{ending}"
            if kind == KINDS[own] or (ending == ".txt"):
                continue
            told = refused(line, desk, UsageProblem).problems[0]
            assert told.code == "U005"
            assert told.fix is not None
            wrong += 1
            if ending in FORMATS[command].values():
                wanted = next(one for one, other in FORMATS[command].items() if other == ending)
                assert told.fix.en == f"add {wanted or '-f table'}"
    assert wrong >= 25


def test_a_score_sheet_is_written_by_another_command(desk: Path) -> None:
    told = refused("score facts.yaml -o sheet.xlsx", desk, UsageProblem).problems[0]
    assert told.fix is not None
    assert told.fix.en == "use audit report FACTS -o sheet.xlsx"
    assert told.message.en == "the name ends in .xlsx, but this is plain text"


@pytest.mark.parametrize(
    "command",
    ["report facts.yaml -o r.pdf", "template base.yaml -o t.xls", "portfolio summary result --plot p.jpg",
     "portfolio score in -r base.yaml -o out.json", "portfolio score in -r base.yaml -f csv -o out.xlsx",
     "portfolio score in -r base.yaml -f parquet -o out.duckdb", "rules test base.yaml --junit j.json"],
)  # fmt: skip
def test_what_cannot_be_written_is_not_named(desk: Path, command: str) -> None:
    assert refused(command, desk, UsageProblem).problems[0].code == "U005"


@pytest.mark.parametrize("name", [name for name in PATHS if name not in READ])
def test_a_dash_is_no_output(desk: Path, name: str) -> None:
    option = PATHS[name].opts[0]
    command = (CASES.get(name) or [("rules prove base.yaml --save {out}", "", "")])[0][0]
    if name == "portfolio template --output":
        command = "portfolio template base.yaml -o {out}"
    if name == "rules new --folder":
        command = "rules new base/2025 --from base.yaml --folder {out}"
        Path("-").mkdir()
    assert refused(command.format(out="-"), desk, UsageProblem).problems[0].code == "U007", option


OPENERS = {"open", "read_text", "read_bytes"}
ELSEWHERE = {
    "engine/inputs.py": 1,  # where everything is opened
    "engine/ruleset/keeping.py": 1,  # what the program kept for itself
    "engine/record/writing.py": 1,  # the program's own modules
    "engine/documents/report/templates.py": 1,  # its own templates
    "engine/writing.py": 1,  # what is written
    "engine/portfolio/encodings.py": 1,  # a copy of a table in UTF-8
    "cli/main.py": 1,  # streams that lead nowhere
    "cli/streams.py": 2,  # the streams themselves
    "engine/documents/package.py": 1,  # a part of what was read
    "engine/documents/workbook/parts.py": 2,  # the same, of a workbook
    "engine/documents/apart.py": 1,  # the pipe from a process of its own
    "engine/documents/extraction/word.py": 1,  # a part of what was read
    "engine/documents/extraction/narrative.py": 1,  # a PDF that was read
}


def test_files_are_opened_in_one_place() -> None:
    """Whatever opens a file of the user's by itself would be overwritten unasked."""
    found: dict[str, int] = {}
    for path in sorted((*(ROOT / "engine").rglob("*.py"), *(ROOT / "cli").rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in OPENERS:
                    at = path.relative_to(ROOT).as_posix()
                    found[at] = found.get(at, 0) + 1
    assert found == ELSEWHERE
