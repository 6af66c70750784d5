"""``audit rules prove`` with several processes: the same answers in the same order, and a clean end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import z3

from engine.errors import RulesetError, UnconfirmedWitness
from engine.proof import encoding
from engine.proof.budget import Seconds, Work
from engine.proof.proving import FEW, prove, tasks_of
from engine.proof.solving import ask
from engine.ruleset.building import build_ruleset
from engine.source import parse_source
from tests.command import PATIENCE, ROOT, audit, settings

CRITERIA = 9
HEAD = f"""\
ruleset: made/many
title: 许多指标
year: 2024
money: {{unit: 万元, decimals: 2}}
points: {{total: {CRITERIA * 4}, decimals: 2, rounding: half_up}}
facts:
"""


def table(tmp_path: Path) -> Path:
    """Criteria alike, some of them with a rule that never fires."""
    facts = [
        f"  late{one}: {{label: 逾期{one}, type: days, at_least: 0, at_most: 40}}" for one in range(CRITERIA)
    ]
    criteria = [
        f"  - id: item{one}\n    title: 指标{one}\n    points: 4\n    deductions:\n"
        f"      - {{id: late{one}_some, when: late{one} > 3, deduct: 1, because: 逾期}}\n"
        f"      - {{id: late{one}_much, when: late{one} > {30 + 5 * (one % 3)}, deduct: 2, because: 逾期}}"
        for one in range(CRITERIA)
    ]
    path = tmp_path / "many.yaml"
    path.write_text("\n".join([HEAD.rstrip(), *facts, "criteria:", *criteria, ""]), encoding="utf-8")
    return path


def test_one_process_and_two_say_the_same(tmp_path: Path) -> None:
    path = table(tmp_path)
    runs = [audit("rules", "prove", path, "-f", "json", "-j", processes) for processes in (1, 2)]
    assert runs[0].code == runs[1].code == 1
    assert "refuted" in runs[0].out
    assert runs[0].out == runs[1].out


def test_answers_come_in_the_order_of_the_questions(tmp_path: Path) -> None:
    ruleset = build_ruleset(parse_source(table(tmp_path).read_bytes(), "many.yaml", RulesetError))
    tasks = tasks_of(ruleset)
    assert len(tasks) > FEW
    seen: list[str] = []
    answers = prove(ruleset, budget=Work(60), processes=2, progress=lambda answer: seen.append(answer.target))
    assert [(one.question, one.target) for one in answers] == [
        (one.question.id, one.target.name) for one in tasks
    ]
    assert sorted(seen) == sorted(one.target for one in answers)
    assert seen != [one.target for one in answers]


def test_a_fault_in_one_of_them_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoding is wrong, and the processes have it from this one."""
    right = encoding.compared
    monkeypatch.setattr(
        encoding, "compared", lambda sign, one, two: right(">=" if sign == ">" else sign, one, two)
    )
    ruleset = build_ruleset(parse_source(table(tmp_path).read_bytes(), "many.yaml", RulesetError))
    with pytest.raises(UnconfirmedWitness) as caught:
        prove(ruleset, budget=Work(60), processes=2)
    assert [one.code for one in caught.value.problems] == ["X004"]
    assert caught.value.exit_code == 70


def listening() -> None:
    """As a terminal begins a program; a background job of a shell, which may run these tests, is deaf to interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def running() -> subprocess.Popen[str]:
    """A proof that takes a while, with two processes, as a terminal would run it."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "--lang", "en", "rules", "prove", "guangdong/2024", "-j", "2"],
        cwd=ROOT, env=settings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        start_new_session=True, preexec_fn=listening,  # noqa: PLW1509 - no thread is running here
    )  # fmt: skip


def children(run: subprocess.Popen[str]) -> list[int]:
    """The processes that the run has begun, once it has both."""
    listed = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    while len(found := listed.read_text(encoding="ascii").split()) < 2:
        assert run.poll() is None
        time.sleep(0.05)
    return [int(one) for one in found]


def are_gone(begun: list[int]) -> None:
    """Wait until they are; on a busy machine one that was ended takes its time to leave."""
    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{one}").exists() for one in begun):
        assert time.monotonic() < until
        time.sleep(0.05)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_an_interrupt_ends_all_of_them() -> None:
    run = running()
    begun = children(run)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, out, err) == (130, "", "interrupted\n")
    are_gone(begun)


def test_an_interrupt_is_not_left_to_the_solver() -> None:
    """It takes one for a reason not to know the answer."""
    solver = z3.Solver()
    one, two, three = z3.Ints("one two three")
    solver.add(one * one * one + two * two * two + three * three * three == 42, one > 1)
    here, over = threading.get_ident(), threading.Event()

    def interrupt() -> None:
        """Once the solver is at work; a moment later, since it has to begin first."""
        while sys._current_frames()[here].f_code.co_name != "Z3_solver_check_assumptions":
            if over.wait(0.05):
                return
        if not over.wait(0.2):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # The tests may have been started by what has them ignore interrupts, as a shell does for what runs beside it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask(solver, Seconds(PATIENCE))
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


@linux
def test_a_process_that_is_lost_is_a_fault() -> None:
    run = running()
    begun = children(run)
    os.kill(begun[0], signal.SIGKILL)
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 70
    assert out == ""
    assert "X000" in err
    assert "Traceback" not in err
    are_gone(begun)
