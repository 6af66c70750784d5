"""What nobody sees, at the doors of the commands: refused with its place, and in nothing that they print or write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.source import hidden_at
from tests.command import GOLDEN, ROOT, Run, audit, changed

OVERRIDE, ESCAPE, SPACE = "\u202e", "\x1b[31m", "\u200b"


def refused(run: Run, code: int, place: str) -> None:
    assert run.code == code, run.err
    assert "S104" in run.err
    assert place in run.err
    assert run.out == ""
    assert all(hidden_at(line) < 0 for line in run.err.splitlines())


@pytest.mark.parametrize("command", ["score", "explain", "report"])
def test_a_facts_file(command: str, tmp_path: Path) -> None:
    facts = changed(
        tmp_path,
        ("name: 会议语音文字系统", f"name: 会议{OVERRIDE}语音"),
        ("department: 广", f"department: {SPACE}广"),
    )
    out = ("-o", tmp_path / "out.html") if command == "report" else ()
    run = audit("--lang", "en", command, facts, *out)
    refused(run, 3, "U+202E")
    assert "U+200B" in run.err
    assert not (tmp_path / "out.html").exists()


def test_a_ruleset(tmp_path: Path) -> None:
    text = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "guangdong").mkdir()
    path = tmp_path / "guangdong" / "2024.yaml"
    path.write_text(text.replace("authority: ", f"authority: {ESCAPE}", 1), encoding="utf-8")
    for command in (
        ("rules", "check", path),
        ("rules", "compile", path, "--to", "sql"),
        ("score", GOLDEN, "-r", path),
    ):
        run = audit("--lang", "en", *command)
        assert run.code == 4
        assert "U+001B" in run.out + run.err
        assert "\x1b" not in run.out + run.err


def test_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "facts.xlsx"
    made = audit("template", "guangdong/2024", "--from", GOLDEN, "-o", path)
    assert made.code == 0, made.err
    book = openpyxl.load_workbook(path)
    [(sheet, place), *_] = [
        (sheet, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == "会议语音文字系统"
    ]
    sheet[place] = f"会议{OVERRIDE}语音"
    book.save(path)
    refused(audit("--lang", "en", "score", path), 3, f"{sheet.title}!{place}")


def test_a_result(tmp_path: Path) -> None:
    record = json.loads(audit("score", GOLDEN, "-f", "json").out)
    record["facts"]["document"]["department"] = f"省{OVERRIDE}府"
    record["department"] = f"省{ESCAPE}府"
    path = tmp_path / "result.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    refused(audit("--lang", "en", "verify", path), 3, "facts.document.department")
    record["facts"]["document"]["department"] = "广东省人民政府办公厅"
    path.write_text(json.dumps(record), encoding="utf-8")
    run = audit("--lang", "en", "verify", path)
    assert run.code == 1
    assert all(hidden_at(line) < 0 for line in run.out.splitlines())


def test_what_the_command_line_says(tmp_path: Path) -> None:
    for arguments in (
        ("score", f"{OVERRIDE}.yaml"), ("score", GOLDEN, "-r", f"{OVERRIDE}x"), ("score", GOLDEN, "--fail-under", OVERRIDE),
        ("verify", f"{SPACE}.json"),
    ):  # fmt: skip
        run = audit(*arguments)
        assert run.code in (2, 3, 4)
        assert all(hidden_at(line) < 0 for line in (run.out + run.err).splitlines())
