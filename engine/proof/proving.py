"""Every question asked of a ruleset, each answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.proof.answers import Answer
from engine.proof.extra import require_solver
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Target
from engine.proof.questions.registry import QUESTIONS
from engine.ruleset.model import Ruleset

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


def answers(ruleset: Ruleset, tasks: Iterable[Task], seconds: float = SECONDS) -> Iterator[Answer]:
    """The answers, as they come."""
    prover = Prover([ruleset], seconds)
    for task in tasks:
        started = time.monotonic()
        reply = task.question.answer(prover, task.target)
        yield Answer(
            task.question.id, task.target.name, reply.state, reply.message, task.target.position,
            reply.witness, time.monotonic() - started,
        )  # fmt: skip


def prove(
    ruleset: Ruleset,
    names: Iterable[str] = (),
    *,
    seconds: float = SECONDS,
    progress: Callable[[Answer], None] = lambda answer: None,
) -> list[Answer]:
    """Every question asked of ``ruleset``, or of the rules and criteria called ``names``.

    ``seconds`` is the time for each answer; where it runs out the answer is "unknown", and says so. A
    department is only shown once its score has borne out what it is shown for; one that does not is an
    :class:`~engine.errors.UnconfirmedWitness`. Raises :class:`UsageProblem` without z3-solver.
    """
    require_solver()
    found: list[Answer] = []
    for answer in answers(ruleset, tasks_of(ruleset, names), seconds):
        progress(answer)
        found.append(answer)
    return found
