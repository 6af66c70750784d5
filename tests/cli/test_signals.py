"""An interrupt ends a run wherever it comes: with 130 or 143, no traceback, and nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import GOLDEN, ROOT, settings

STOPPED = {"interrupted\n", ""}
"""What a run says that is ended; nothing where it has not yet come to know its messages."""


def begin(
    *arguments: object, program: tuple[str, ...] = ("-m", "cli"), **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *program, "--lang", "en", *map(str, arguments)], cwd=ROOT, env=settings(**environment),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        preexec_fn=_hear_signals,  # noqa: PLW1509 - no thread runs here that could hold a lock
    )  # fmt: skip


def _hear_signals() -> None:
    """The tests may have been started by what has its children ignore signals, as ``nohup`` does."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["score {} -o {}", "verify {}", "extract {} -r guangdong/2024 -o {}"])
def test_a_run_that_waits_for_its_input(tmp_path: Path, command: str, by: signal.Signals) -> None:
    pipe, out = tmp_path / "pipe", tmp_path / "out"
    os.mkfifo(pipe)
    run = begin(*command.format(pipe, out).split())
    with pipe.open("wb"):  # which waits until the run reads
        run.send_signal(by)
        said = run.communicate(timeout=60)
    assert (run.returncode, *said) == (128 + by, "", "interrupted\n")
    assert [*tmp_path.iterdir()] == [pipe]


AT_IMPORT = """
import os, signal, sys
at, by = sys.argv.pop(1), int(sys.argv.pop(1))
def hook(event, arguments):
    if event == "import" and arguments[0] == at:
        os.kill(os.getpid(), by)
sys.addaudithook(hook)
from cli.main import main
main()
"""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "module", ["cli.root", "click", "gettext", "cli.messages", "engine.errors", "engine.inputs", "engine.scoring",
               "engine.ledger.scoring", "engine.facts.reading", "gmpy2"],
)  # fmt: skip
def test_a_run_that_is_still_being_loaded(module: str, by: signal.Signals) -> None:
    run = begin("score", GOLDEN, program=("-c", AT_IMPORT, module, str(int(by))))
    run_out, err = run.communicate(timeout=60)
    assert run.returncode == 128 + by
    assert run_out == ""
    assert err in STOPPED


WITHIN = '''
"""Runs a command again and again, in processes forked from this one, each interrupted a little later."""
import json, os, shutil, signal, sys, tempfile
from pathlib import Path

desk, arguments, every = Path(sys.argv[1]), json.loads(sys.argv[2]), tuple(json.loads(sys.argv[3]))
lines, calls = json.loads(sys.argv[4])
sys.argv = ["audit", "--lang", "en", *arguments]
import cli.root
from cli.main import main

def child(at, within, out):
    seen = 0
    def come():
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGINT)
    def line(frame, event, argument):
        if event == "line":
            come()
        return line
    def call(frame, event, argument):
        name = frame.f_code.co_filename
        if within and name.endswith(every):
            return line
        if not within and "/engine/" in name:
            come()
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(out / name, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(out / "desk")
    sys.settrace(call)
    try:
        main()
    finally:
        sys.settrace(None)
        Path(out / "seen").write_text(str(seen))

def run(at, within):
    out = Path(tempfile.mkdtemp(dir=desk.parent))
    shutil.copytree(desk, out / "desk")
    os.environ["TMPDIR"] = str(out / "tmp")
    tempfile.tempdir = None
    (out / "tmp").mkdir()
    pid = os.fork()
    if not pid:
        try:
            child(at, within, out)
        except SystemExit as end:
            os._exit(end.code or 0)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(99)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    left = {str(one.relative_to(out / "desk")): one.read_bytes().hex() if one.is_file() else "" for one in (out / "desk").rglob("*")}
    seen = int((out / "seen").read_text()) if (out / "seen").exists() else 0
    return {"code": code, "err": (out / "err").read_text(), "left": left, "tmp": os.listdir(out / "tmp"), "seen": seen}

def spread(number, seen):
    return range(1, seen + 1, max(1, seen // number))

whole = run(0, True)
found = [run(at, True) for at in spread(lines, whole["seen"])]
found += [run(at, False) for at in spread(calls, run(0, False)["seen"])]
print(json.dumps({"whole": whole, "found": found}))
'''

COMMANDS = {
    "score": "score facts.yaml -f json -o out.json",
    "several files": "rules new base/2025 --from base.yaml --year 2025",
    "tables": "portfolio template base.yaml -o tables",
    "a form": "template base.yaml -o form.xlsx",
    "a province": "portfolio score in -r base.yaml -o result",
    "over an earlier one": "portfolio score in -r base.yaml -o earlier",
}


BRIEFLY = [("score", (5, 2)), ("a province", (3, 1))]
"""One that writes a file, and one that writes a folder beside a temporary one; and at how many lines and calls."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = tmp_path_factory.mktemp("runs") / "desk"
    (desk / "in").mkdir(parents=True)
    text = (ROOT / "tests" / "shapes" / "19-bonus-per-case.yaml").read_text(encoding="utf-8")
    (desk / "base.yaml").write_text(
        text.replace("ruleset: shapes/19-bonus-per-case", "ruleset: base"), encoding="utf-8"
    )
    facts = "department: 甲局\nyear: 2024\nruleset: base\nfacts: {base_points: 90, commendations: [], pilot: false}\n"
    (desk / "facts.yaml").write_text(facts, encoding="utf-8")
    shutil.copy(desk / "facts.yaml", desk / "in")
    (desk / "earlier").mkdir()
    (desk / "earlier" / "scores.csv").write_text("earlier\n", encoding="utf-8")
    return desk


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "often"), [*BRIEFLY, *(pytest.param(one, (12, 4), marks=pytest.mark.thorough) for one in COMMANDS)]
)  # fmt: skip
def test_wherever_it_comes_all_is_there_or_nothing(
    desk: Path, tmp_path: Path, name: str, often: tuple[int, int]
) -> None:
    """Interrupted at the lines where things are written, and at calls all over the run."""
    if "province" in name or "earlier" in name:
        pytest.importorskip("duckdb")
    every = json.dumps(["engine/writing.py", "portfolio/writing.py", "engine/unfinished.py"])
    done = subprocess.run(
        [sys.executable, "-c", WITHIN, str(desk), json.dumps(COMMANDS[name].split()), every, json.dumps(often)],
        cwd=ROOT, env=settings(AUDIT_CACHE=str(tmp_path), AUDIT_RULESETS="."), capture_output=True, encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)
    before = {
        str(one.relative_to(desk)): one.read_bytes().hex() if one.is_file() else "" for one in desk.rglob("*")
    }
    whole = runs["whole"]
    assert whole["code"] == 0
    assert whole["left"].keys() > before.keys() or whole["left"] != before
    ended = 0
    for one in runs["found"]:
        assert one["tmp"] == []
        if one["code"] == 0:  # it came to its end before
            continue
        ended += 1
        assert (one["code"], one["err"]) == (130, "interrupted\n")
        assert one["left"] == before or one["left"].keys() == whole["left"].keys()
    assert not [*tmp_path.rglob("*.part")]
    assert ended >= often[0]
