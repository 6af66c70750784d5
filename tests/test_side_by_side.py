"""Work shared by processes: one that is lost is a fault of the program's, whatever it was doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import pytest

from engine.side_by_side import can_fork, side_by_side
from tests.command import ROOT, settings

pytestmark = pytest.mark.skipif(not can_fork() or sys.platform == "win32", reason="the processes are forked")


def doubled(piece: int) -> Iterator[int]:
    yield piece
    yield piece


def first() -> BaseProcess:
    """The process that gets the first piece."""
    return min(active_children(), key=lambda one: one.pid or 0)


def lost(process: BaseProcess) -> None:
    process.kill()
    process.join()


def before_it_has_work() -> Iterator[int]:
    lost(first())
    yield 1


def with_work_that_it_has_not_looked_at() -> Iterator[int]:
    process = first()
    os.kill(process.pid or 0, signal.SIGSTOP)
    yield 1
    lost(process)
    yield 2


def while_it_works(piece: int) -> Iterator[int]:
    yield piece
    os.kill(os.getpid(), signal.SIGKILL)


def test_every_piece_is_worked_on_once() -> None:
    assert sorted(side_by_side(doubled, range(20), 3)) == sorted([*range(20), *range(20)])
    assert not active_children()


@pytest.mark.parametrize("pieces", [before_it_has_work, with_work_that_it_has_not_looked_at])
def test_a_process_lost_before_its_work(pieces: Callable[[], Iterator[int]]) -> None:
    with pytest.raises(RuntimeError, match="a process ended before its work was done"):
        list(side_by_side(doubled, pieces(), 2))
    assert not active_children()


def test_a_process_lost_at_its_work() -> None:
    with pytest.raises(RuntimeError, match="a process ended before its work was done"):
        list(side_by_side(while_it_works, range(4), 2))
    assert not active_children()


def test_an_error_is_raised_here_and_ends_all() -> None:
    def failing(piece: int) -> Iterator[int]:
        yield piece
        raise ValueError(f"at {piece}")

    with pytest.raises(RuntimeError, match="ValueError"):
        list(side_by_side(failing, range(4), 2))
    assert not active_children()


GONE = """
import gc
from multiprocessing import Pipe
from engine.side_by_side import send

ours, theirs = Pipe()
theirs.close()
try:
    send(ours, [*range(1000)])
except OSError as error:
    error.itself = error
gc.collect()
"""


def test_a_message_to_nobody_leaves_nothing_that_python_stumbles_over() -> None:
    """The connection's own ``send`` ends Python 3.12.1 here, by a segmentation fault, and makes 3.13.0 complain."""
    done = subprocess.run(
        [sys.executable, "-c", GONE],
        cwd=ROOT,
        env=settings(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
