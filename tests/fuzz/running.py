"""Inputs tried in processes of their own, each within limits of time and memory, so that nothing can take the others along."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Any, Literal

SECONDS = 10
"""Of the processor, for one input: what the product's limits promise."""
STUCK = 300
"""Seconds of the clock after which a process that uses no processor is taken for stuck, however busy the machine."""
MEMORY = 1 << 30
"""Bytes that one input may take on top of what the process had before."""
BATCH = 100

Kind = Literal["agrees", "refused", "unsure", "failed"]


class Wrong(Exception):
    """What was seen is not what must be."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one input: a score that agrees, a refusal with a message, one that the oracle cannot judge, or a fault."""

    kind: Kind
    detail: str = ""
    seconds: float = 0.0
    memory: int = 0

    @property
    def fault(self) -> str:
        """The kind of fault: where two inputs have the same, they show the same slip."""
        return self.detail.strip().splitlines()[-1][:100] if self.detail else ""


Trial = Callable[[Path], Kind]
"""Runs the product on the file. Raises :class:`Wrong`; any other exception is the product's own fault."""


def run(trial: Trial, inputs: Sequence[bytes], path: Path) -> list[Outcome]:
    """What comes of each input, written to ``path`` before it is tried."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(inputs):
        rest = inputs[len(outcomes) : len(outcomes) + BATCH]
        got, status = _in_a_process(trial, rest, path)
        if len(got) < len(rest):
            got.append(Outcome("failed", _ended(status)))
        outcomes += got
    return outcomes


def _ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return f"took more than {SECONDS} seconds of the processor"
        if number == signal.SIGALRM:
            return f"did nothing for {STUCK} seconds"
        return f"the process was ended by {signal.Signals(number).name}"
    return f"the process ended with {os.waitstatus_to_exitcode(status)}"


def made(make: Callable[[Random], bytes], seeds: Sequence[str]) -> list[bytes]:
    """An input for each seed, made in a process of its own: a library that starts threads would spoil this one for forking."""

    def write(pipe: IO[bytes]) -> None:
        for seed in seeds:
            pickle.dump(make(Random(seed)), pipe)

    inputs, status = _forked(write)
    if len(inputs) < len(seeds):
        raise RuntimeError(f"no input for the seed {seeds[len(inputs)]}: {_ended(status)}")
    return inputs


def _in_a_process(trial: Trial, inputs: Sequence[bytes], path: Path) -> tuple[list[Outcome], int]:
    def write(pipe: IO[bytes]) -> None:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        for content in inputs:
            path.write_bytes(content)
            pickle.dump(_one(trial, path), pipe)
            pipe.flush()

    return _forked(write)


def _forked(write: Callable[[IO[bytes]], None]) -> tuple[list[Any], int]:
    """What a child of this process writes, and how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            with os.fdopen(writing, "wb") as pipe:
                write(pipe)
        except BaseException:  # noqa: BLE001 - the child of a fork ends here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    found = []
    with os.fdopen(reading, "rb") as pipe:
        while True:
            try:
                found.append(pickle.load(pipe))
            except (EOFError, pickle.UnpicklingError):
                break
    return found, os.waitpid(child, 0)[1]


def _one(trial: Trial, path: Path) -> Outcome:
    used, peak = _usage()
    # A second or two more than is asserted: a batch of small inputs is not ended for its rounding.
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + SECONDS + 2, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(STUCK)
    detail = ""
    try:
        kind: Kind = trial(path)
    except Wrong as error:
        kind, detail = "failed", str(error)
    except BaseException:  # noqa: BLE001 - whatever the product raises is what is looked for
        kind, detail = "failed", traceback.format_exc()
    after, memory = _usage()
    if kind != "failed" and memory - peak > MEMORY:
        kind, detail = "failed", f"took {(memory - peak) >> 20} MiB"
    return Outcome(kind, detail, after - used, memory - peak)


def _usage() -> tuple[float, int]:
    """Seconds of the processor, and the most bytes of memory, of this process and those it waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return seconds, max(own.ru_maxrss, others.ru_maxrss) << 10
