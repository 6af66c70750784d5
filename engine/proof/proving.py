"""Every question asked of a ruleset, each answered."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import Problem, UnconfirmedWitness
from engine.proof.answers import Answer
from engine.proof.extra import require_solver
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Target
from engine.proof.questions.registry import QUESTIONS
from engine.ruleset.model import Ruleset

FEW = 12
"""Up to so many questions are answered by one process: another would only repeat its preparations."""

SECONDS = 10.0
"""How long one question about one target may take before it is left unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    question: Question
    target: Target


def tasks_of(ruleset: Ruleset, names: Iterable[str] = ()) -> list[Task]:
    """What is asked of the ruleset, or of the rules and criteria called ``names``."""
    wanted = set(names)
    return [
        Task(question, target)
        for question in QUESTIONS
        for target in question.targets(ruleset)
        if not wanted or wanted & target.names
    ]


def answered(prover: Prover, task: Task) -> Answer:
    """The answer to one task, timed."""
    started = time.monotonic()
    reply = task.question.answer(prover, task.target)
    return Answer(
        task.question.id, task.target.name, reply.state, reply.message, task.target.position,
        reply.witness, time.monotonic() - started,
    )  # fmt: skip


def prove(
    ruleset: Ruleset,
    names: Iterable[str] = (),
    *,
    seconds: float = SECONDS,
    processes: int = 1,
    progress: Callable[[Answer], None] = lambda answer: None,
) -> list[Answer]:
    """Every question asked of ``ruleset``, or of the rules and criteria called ``names``.

    ``seconds`` is about the time for each answer; where it runs out the answer is "unknown", and says so. A
    department is only shown once its score has borne out what it is shown for; one that does not is an
    :class:`~engine.errors.UnconfirmedWitness`. With several ``processes``, answers come to ``progress`` as
    they are found, and are returned in order. Raises :class:`UsageProblem` without z3-solver.
    """
    require_solver()
    tasks = tasks_of(ruleset, names)
    if processes > 1 and len(tasks) > FEW and "fork" in multiprocessing.get_all_start_methods():
        return _side_by_side(ruleset, tasks, seconds, processes, progress)
    prover = Prover([ruleset], seconds)
    found: list[Answer] = []
    for task in tasks:
        found.append(answered(prover, task))
        progress(found[-1])
    return found


_work: tuple[Prover, list[Task]] | None = None
"""What a worker process works on, as it was when the process began."""


def _side_by_side(
    ruleset: Ruleset,
    tasks: list[Task],
    seconds: float,
    processes: int,
    progress: Callable[[Answer], None],
) -> list[Answer]:
    global _work  # noqa: PLW0603 - a compiled ruleset cannot be sent to a process, only inherited by it
    _work = Prover([ruleset], seconds), tasks
    found: dict[int, Answer] = {}
    try:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            for index, answer in pool.imap_unordered(_worked, range(len(tasks))):
                if not isinstance(answer, Answer):
                    raise UnconfirmedWitness(answer)
                found[index] = answer
                progress(answer)
    finally:
        _work = None
    return [found[index] for index in range(len(tasks))]


def _worked(index: int) -> tuple[int, Answer | tuple[Problem, ...]]:
    """One task in a worker process; a fault comes back as its problems."""
    assert _work is not None
    prover, tasks = _work
    try:
        return index, answered(prover, tasks[index])
    except UnconfirmedWitness as error:
        return index, error.problems
