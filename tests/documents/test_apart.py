"""Work in a process of its own: what ends that process is told, and is a fault of the file or of nobody here."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from engine.causes import in_both
from engine.documents.apart import Exhausted, Failed, apart
from engine.errors import Text


def ended_by(number: int) -> Any:
    def work(_: object) -> None:
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    return work


def test_what_the_work_gives_is_given() -> None:
    assert apart(lambda _: {"a": [1]}) == {"a": [1]}


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGBUS])
def test_a_library_that_crashes_is_the_files_fault(number: int) -> None:
    with pytest.raises(Failed) as caught:
        apart(ended_by(number))
    assert in_both(str(caught.value)) == Text("处理它的程序库崩溃了", "the library that works on it crashed")


def test_a_process_that_is_killed_from_outside_is_a_fault_of_nobody_here() -> None:
    with pytest.raises(RuntimeError, match="-9"):
        apart(ended_by(signal.SIGKILL))


def test_work_that_does_not_end_is_ended() -> None:
    def work(_: object) -> None:
        while True:
            pass

    with pytest.raises(Exhausted):
        apart(work, 1)
