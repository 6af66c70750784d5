"""What surrounds a run: streams that are closed, full or piped, odd files and names, small limits, no home."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import GOLDEN, PATIENCE, ROOT, Run, settings, shell_command
from tests.limited import FULL_DISK, limited

REPORTS = ROOT / "fixtures" / "reports"


READ_AT_START = ("PYTHON", "LC_", "LANG")


def audit(
    *arguments: object, shell: str = "", stdin: bytes = b"", cwd: Path = ROOT, **environment: str
) -> Run:
    """The real command; ``shell`` is put behind it, as a redirection is. What is about the start or the streams starts it."""
    started = shell or any(one.startswith(READ_AT_START) for one in environment)
    program = f"{shlex.quote(sys.executable)} -m cli" if started else shell_command()
    done = subprocess.run(
        ["sh", "-c", f'exec {program} --lang en "$@" {shell}', "sh", *map(str, arguments)], cwd=cwd, env=settings(**environment),
        input=stdin, capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    run = Run(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
    assert "Traceback" not in run.out + run.err, run.err
    assert "X000" not in run.err, run.err
    assert run.code != 70
    return run


COMMANDS = [
    ("score", GOLDEN),
    ("score", GOLDEN, "-f", "json"),
    ("rules", "schema"),
    ("--help",),
    ("--version",),
]
MORE = [("explain", GOLDEN), ("rules", "show", "guangdong/2024"), ("rules", "list"), ("score", "--help")]


@pytest.mark.parametrize(
    "command", [*COMMANDS, *(pytest.param(one, marks=pytest.mark.thorough) for one in MORE)],
    ids=lambda command: " ".join(map(str, command[:2])),
)  # fmt: skip
def test_standard_output_that_is_closed_full_or_left(command: tuple[object, ...]) -> None:
    assert audit(*command, shell=">&-") == Run(0, "", "")
    full = audit(*command, shell="> /dev/full")
    assert (full.code, full.out) == (2, "")
    assert "U001 cannot write the output (No space left on device)" in full.err
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as broken:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *map(str, command)], cwd=ROOT, env=settings(), stdout=broken,
            stderr=subprocess.PIPE, timeout=120, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("shell", ["2>&-", "2> /dev/full", "<&- 2>&-", "<&- >&- 2>&-"])
def test_messages_that_nobody_can_read_are_lost_without_harm(shell: str) -> None:
    run = audit("score", "none.yaml", shell=shell)
    assert (run.code, run.out, run.err) == (3, "", "")


def test_closed_streams_do_not_receive_what_is_for_a_file(tmp_path: Path) -> None:
    """A file opened next would get the number of standard output."""
    run = audit("score", GOLDEN, "-f", "json", "-o", tmp_path / "out.json", shell="<&- >&- 2>&-")
    assert run == Run(0, "", "")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["total"] == "97.41"
    empty = audit("score", "-", shell="<&-")
    assert (empty.code, "S105" in empty.err) == (3, True)


def test_facts_from_standard_input(tmp_path: Path) -> None:
    named = audit("score", GOLDEN)
    assert audit("score", "-", stdin=GOLDEN.read_bytes()) == named
    both = audit("score", "-", GOLDEN, "-f", "json", stdin=GOLDEN.read_bytes())
    assert [one["facts"]["file"] for one in json.loads(both.out)] == ["-", GOLDEN.name]
    assert "FIRED" in audit("explain", "-", "late_filing", stdin=GOLDEN.read_bytes()).out
    wrong = audit("score", "-", stdin=GOLDEN.read_bytes().replace(b"24,066.38", b"31,08.53", 1))
    assert wrong.code == 3
    assert "-:28:12: F007" in wrong.err or "-:" in wrong.err


def test_everything_that_is_read_can_be_piped(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    assert audit("score", GOLDEN, "-f", "json", "-o", result).code == 0
    agrees = audit("verify", "-", result, stdin=result.read_bytes())
    assert agrees.code == 0
    assert agrees.out.count("agrees (97.41 优)") == 2
    assert audit("report", "-", "-o", tmp_path / "page.html", stdin=result.read_bytes()).code == 0
    found = audit("extract", "-", "-r", "guangdong/2024", stdin=(REPORTS / "table.docx").read_bytes())
    assert found == audit("extract", REPORTS / "table.docx", "-r", "guangdong/2024")
    against = audit("score", GOLDEN, "--against", "-", stdin=(REPORTS / "plain.txt").read_bytes())
    assert "Against the report" in against.out
    form = tmp_path / "form.xlsx"
    assert audit("template", "guangdong/2024", "-o", form, "--from", "-", stdin=GOLDEN.read_bytes()).code == 0
    scored = audit("score", "-", stdin=form.read_bytes())
    assert "97.41" in scored.out


def test_a_named_pipe_is_read_once_and_whole(tmp_path: Path) -> None:
    shown = audit("score", "/dev/fd/3", shell=f"3< {GOLDEN}")
    assert shown == audit("score", GOLDEN)
    piped = audit("score", "/dev/stdin", stdin=GOLDEN.read_bytes())
    assert piped == audit("score", GOLDEN)


@pytest.mark.parametrize(
    "make", [lambda path: path.symlink_to(path), Path.mkdir], ids=["looping link", "folder"]
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    odd = tmp_path / "odd.yaml"
    make(odd)
    assert audit("score", odd).code == 3
    assert audit("verify", odd).code == 3
    assert audit("explain", odd).code == 3
    assert audit("score", GOLDEN, "-r", odd).code == 4
    assert audit("rules", "check", odd).code == 4
    assert audit("extract", odd, "-r", "guangdong/2024").code == 2
    assert audit("report", odd, "-o", tmp_path / "x.html").code == 3
    assert audit("rules", "show", "guangdong/2024", "-f", "yaml", "-o", odd).code == 2
    assert audit("score", GOLDEN, "-o", odd / "x.txt").code in (0, 2)
    assert audit("portfolio", "score", odd, "-r", "guangdong/2024", "-o", tmp_path / "out").code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["score {}", "verify {}", "extract {} -r guangdong/2024"])
def test_what_never_ends(command: str) -> None:
    run = audit(*command.format("/dev/zero").split())
    assert run.code in (2, 3)
    assert "too large" in run.err


@pytest.mark.parametrize("cache", ["/dev/null/here", "/proc/self/nowhere", "loop"])
def test_without_a_cache_that_can_be_written(tmp_path: Path, cache: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    where = str(tmp_path / cache) if cache == "loop" else cache
    for name in ("AUDIT_CACHE", "XDG_CACHE_HOME", "HOME"):
        assert (
            audit("score", GOLDEN, **{name: where, **({"XDG_CACHE_HOME": ""} if name == "HOME" else {})}).err
            == ""
        )


def test_without_a_home() -> None:
    run = audit("score", GOLDEN, shell="", XDG_CACHE_HOME="", HOME="")
    assert (run.code, run.err) == (0, "")


ODD = os.fsdecode(b"b\xff.yaml")


def test_names_that_are_no_utf_8(tmp_path: Path) -> None:
    shutil.copy(GOLDEN, tmp_path / ODD)
    assert audit("score", ODD, "-f", "json", "-o", "out.json", cwd=tmp_path).code == 0
    assert json.loads((tmp_path / "out.json").read_bytes())["facts"]["file"] == "b\\xff.yaml"
    assert audit("verify", "out.json", cwd=tmp_path).code == 0
    for ending in ("html", "xlsx", "docx", "md"):
        assert audit("report", ODD, "-o", f"out.{ending}", cwd=tmp_path).code == 0
    missing = audit("score", os.fsdecode(b"none\xff.yaml"), cwd=tmp_path)
    assert (missing.code, missing.err.startswith("error: none\\xff.yaml: S102")) == (3, True)
    named = os.fsdecode(b"out\xff.txt")
    assert audit("score", GOLDEN, "-o", named, cwd=tmp_path).code == 0
    assert (tmp_path / named).exists()
    own = tmp_path / os.fsdecode(b"k\xff.yaml")
    shutil.copy(ROOT / "tests" / "shapes" / "19-bonus-per-case.yaml", own)
    assert audit("rules", "test", own, "--junit", "out.xml", cwd=tmp_path).code == 0
    assert b"k\\xff.yaml" in (tmp_path / "out.xml").read_bytes()


@pytest.mark.parametrize(
    "environment",
    [{"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": ""}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"},
     {"PYTHONIOENCODING": "gb2312"}, {"COLUMNS": "1"}, {"COLUMNS": "none"}],
    ids=str,
)  # fmt: skip
def test_terminals_that_lack_characters_or_room(environment: dict[str, str]) -> None:
    """JSON stays JSON whatever the encoding lacks."""
    run = audit("score", GOLDEN, **environment)
    assert run.code == 0
    assert "97.41" in run.out
    assert audit("score", "--help", **environment).code == 0
    assert audit("score", "没有.yaml", **environment).code == 3
    out = subprocess.run(
        [sys.executable, "-m", "cli", "score", str(GOLDEN), "-f", "json"], cwd=ROOT, env=settings(**environment),
        capture_output=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    for encoding in ("utf-8", "gb2312"):
        try:
            document = json.loads(out.decode(encoding))
        except UnicodeDecodeError:
            continue
        assert document["department"] == "广东省人民政府办公厅"
        return
    raise AssertionError(out[:200])


@pytest.mark.parametrize(
    "text",
    [
        '{"department": "a\\ud800b", "year": 2024}',
        'department: "a\\ud800b"\nyear: 2024\n',
        '{"a": "\\udc00"}',
    ],
)
def test_half_a_character_is_refused_where_it_stands(text: str) -> None:
    run = audit("score", "-", "-r", "guangdong/2024", stdin=text.encode())
    assert run.code == 3
    assert run.err.startswith("error: -:1:")
    assert "half a character" in run.err


@pytest.mark.parametrize(
    "command",
    ["score {golden} -o {out}/a.txt", "score {golden} -f json -o {out}/a.json", "score {golden} -f csv -o {out}/a.csv",
     "report {golden} -o {out}/a.xlsx", "report {golden} -o {out}/a.docx", "report {golden} -o {out}/a.html",
     "template guangdong/2024 -o {out}/a.xlsx", "rules show guangdong/2024 -f html -o {out}/a.html",
     "rules compile guangdong/2024 -o {out}/a.sql", "rules schema -o {out}/a.json", "extract {report} -r guangdong/2024 -o {out}/a.yaml",
     "rules test national/project-2020 --junit {out}/a.xml", "rules new guangdong/2025 --from guangdong/2024 --folder {out}",
     "portfolio template guangdong/2024 -o {out}/new/tables"],
    ids=lambda command: command.split("{")[0] + command[-5:],
)  # fmt: skip
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, command: str) -> None:
    words = command.format(golden=GOLDEN, out=tmp_path, report=REPORTS / "plain.txt").split()
    run = limited(FULL_DISK, *words, AUDIT_CACHE="off")
    assert run.code == 2, run.err
    assert "U001 cannot write the file (File too large)" in run.err
    assert [*tmp_path.rglob("*")] == []


@pytest.mark.parametrize("format_", ["csv", "parquet", "xlsx", "duckdb"])
def test_a_full_disk_and_a_province(tmp_path: Path, format_: str) -> None:
    """The database needs the disk before the result does: whatever it says, it is told and nothing stays."""
    pytest.importorskip("duckdb")
    (tmp_path / "in").mkdir()
    shutil.copy(GOLDEN, tmp_path / "in")
    (tmp_path / "tmp").mkdir()
    out = tmp_path / "out"
    run = limited(
        FULL_DISK, "portfolio", "score", tmp_path / "in", "-r", "guangdong/2024", "-o", out, "-f", format_,
        AUDIT_CACHE="off", TMPDIR=str(tmp_path / "tmp"),
    )  # fmt: skip
    assert run.code == 2, run.err
    assert sorted(one.name for one in tmp_path.rglob("*")) == sorted(["in", GOLDEN.name, "tmp"])


def test_a_picture_without_a_home_that_can_be_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "in").mkdir()
    shutil.copy(GOLDEN, tmp_path / "in")
    scored = audit("portfolio", "score", tmp_path / "in", "-r", "guangdong/2024", "-o", tmp_path / "result")
    assert scored.code == 0
    nowhere = {"HOME": "/proc", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""}
    run = audit("portfolio", "summary", tmp_path / "result", "--plot", tmp_path / "plot.png", **nowhere)
    assert run.code == 0
    assert "matplotlib" not in run.err.lower()
    assert (tmp_path / "plot.png").stat().st_size > 1000
