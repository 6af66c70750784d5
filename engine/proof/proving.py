"""Every question asked of a ruleset, each answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.proof.answers import Answer
from engine.proof.budget import SECONDS, Budget, Seconds
from engine.proof.extra import require_solver
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Target
from engine.proof.questions.registry import QUESTIONS
from engine.ruleset.model import Ruleset
from engine.side_by_side import can_fork, side_by_side

FEW = 12
"""Up to so many questions are answered by one process: another would only repeat its preparations."""

BATCH = 32
"""About so many questions are asked of one encoding. It grows with each, so that later ones would take longer."""


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
    budget: Budget | None = None,
    processes: int = 1,
    progress: Callable[[Answer], None] = lambda answer: None,
) -> list[Answer]:
    """Every question asked of ``ruleset``, or of the rules and criteria called ``names``.

    ``budget`` is what each answer may cost, ten seconds if nothing is said; where it runs out the answer is "unknown". A
    department is only shown once its score has borne out what it is shown for; one that does not is an
    :class:`~engine.errors.UnconfirmedWitness`. With several ``processes``, answers come to ``progress`` as
    they are found, and are returned in order. Raises :class:`UsageProblem` without z3-solver.
    """
    require_solver()
    each = budget or Seconds(SECONDS)
    tasks = tasks_of(ruleset, names)
    batches = _batches(tasks, ruleset)

    def work(batch: list[int]) -> Iterator[tuple[int, Answer]]:
        prover = Prover([ruleset], each)
        for index in batch:
            yield index, answered(prover, tasks[index])

    found: dict[int, Answer] = {}
    processes = min(processes, len(batches))
    if processes > 1 and can_fork():
        arriving = side_by_side(work, batches, processes)
    else:
        arriving = (one for batch in batches for one in work(batch))
    for index, answer in arriving:
        found[index] = answer
        progress(answer)
    return [found[index] for index in range(len(tasks))]


def _batches(tasks: Sequence[Task], ruleset: Ruleset) -> list[list[int]]:
    """The tasks' places, those about one criterion together. They do not depend on the processes, so that answers do not."""
    if len(tasks) <= FEW:
        return [list(range(len(tasks)))]
    order = {node: place for place, node in enumerate(ruleset.root.subtree())}
    places = sorted(range(len(tasks)), key=lambda one: order[tasks[one].target.node])
    batches: list[list[int]] = [[]]
    for _, group in groupby(places, key=lambda one: order[tasks[one].target.node]):
        about_one = list(group)
        if batches[-1] and len(batches[-1]) + len(about_one) > BATCH:
            batches.append([])
        batches[-1] += about_one
    return batches
