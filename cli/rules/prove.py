"""``audit rules prove``: what holds for every department, and a department for which it does not."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from cli.processors import available_processors
from engine.errors import Problem, Text, UsageProblem, one_line
from engine.testing.sources import facts_file

if TYPE_CHECKING:
    from engine.proof.answers import Answer, State
    from engine.ruleset.model import Ruleset

STATES: Mapping[State, Text] = {
    "proved": Text("证明", "proved"),
    "refuted": Text("推翻", "refuted"),
    "noted": Text("提示", "noted"),
    "unknown": Text("未知", "unknown"),
}


@click.command()
@click.argument("ruleset")
@click.argument("names", metavar="[RULE|CRITERION]...", nargs=-1)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for each answer; where it runs out the answer is unknown 每个回答的时限（秒），超时为未知.",
)
@click.option(
    "--save",
    type=OutputPath(folder=True),
    help="Write each department that is shown to a facts file in this folder 把所举的部门写成事实文件，放入此文件夹.",
)
@click.option(
    "--processes",
    "-j",
    type=click.IntRange(1, 256),
    help="How many at a time (default: the processors) 并行数.",
)
@click.option(
    "--format", "-f", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Output format 输出格式.",
)  # fmt: skip
@pass_session
def prove(
    session: Session, ruleset: str, names: tuple[str, ...], timeout: float, save: Path | None,
    processes: int | None, format_: str,
) -> None:  # fmt: skip
    """Prove over all facts what RULESET (id or file) should do, or show a department for which it does not.

    Exit 1 if anything is refuted. A department is scored before it is shown.

    对一切事实证明规则集（id 或文件）应有的性质，或举出不满足的部门。有被推翻的则退出码为 1。

    所举的部门都先经评分核实。
    """
    from engine.proof.extra import require_solver

    require_solver()
    loaded = session.library().load(ruleset)
    _check_names(loaded, names)
    answers = _answers(loaded, names, timeout, processes or available_processors())
    if save is not None:
        _save(answers, save)
    click.echo(_as_json(answers, session) if format_ == "json" else _as_text(answers, session))
    if any(one.state == "refuted" for one in answers):
        raise SystemExit(1)


def _check_names(ruleset: Ruleset, names: tuple[str, ...]) -> None:
    from engine.suggestions import suggestion

    known = [*ruleset.criteria, *(rule.id for rule in ruleset.rules)]
    problems = [
        Problem(
            "U002",
            Text(f"没有规则或指标“{name}”", f"there is no rule or criterion '{name}'"),
            fix=suggestion(name, known),
        )
        for name in names
        if name not in known
    ]
    if problems:
        raise UsageProblem(problems)


def _answers(ruleset: Ruleset, names: tuple[str, ...], seconds: float, processes: int) -> list[Answer]:
    """The answers; on a terminal with a bar of how many are in."""
    from engine.proof.budget import Seconds
    from engine.proof.proving import prove as prove_all
    from engine.proof.proving import tasks_of

    if not sys.stderr.isatty():
        return prove_all(ruleset, names, budget=Seconds(seconds), processes=processes)
    with click.progressbar(length=len(tasks_of(ruleset, names)), label=ruleset.id, file=sys.stderr) as bar:
        return prove_all(
            ruleset,
            names,
            budget=Seconds(seconds),
            processes=processes,
            progress=lambda answer: bar.update(1),
        )


def _as_text(answers: list[Answer], session: Session) -> str:
    from engine.proof.questions.registry import QUESTIONS

    lines: list[str] = []
    for question in QUESTIONS:
        found = [one for one in answers if one.question == question.id]
        if not found:
            continue
        counts = Counter(one.state for one in found)
        told = session.say(Text("，", ", ")).join(
            f"{session.say(STATES[state])} {counts[state]}" for state in STATES if counts[state]
        )
        lines.append(f"{question.id} {session.say(question.title)}{session.say(Text('：', ': '))}{told}")
        for one in found:
            if one.state != "proved":
                lines += _told(one, session)
    counts = Counter(one.state for one in answers)
    lines.append("")
    lines.append(
        session.say(
            Text(
                f"共 {len(answers)} 项：证明 {counts['proved']}，推翻 {counts['refuted']}，提示 {counts['noted']}，未知 {counts['unknown']}",
                f"{len(answers)} answers: {counts['proved']} proved, {counts['refuted']} refuted, "
                f"{counts['noted']} noted, {counts['unknown']} unknown",
            )
        )
    )
    return "\n".join(lines)


def _told(answer: Answer, session: Session) -> list[str]:
    """One answer that is no proof, with the department that shows it."""
    mark = session.say(STATES[answer.state])
    colon = session.say(Text("：", ": "))
    lines = [f"  {answer.position}: {mark} {answer.target}{colon}{one_line(session.say(answer.message))}"]
    for document in _documents(answer):
        lines += [f"      {line}" for line in facts_file(document).rstrip("\n").split("\n")]
    return lines


def _documents(answer: Answer) -> list[dict[str, object]]:
    return [answer.witness.document, *answer.witness.others] if answer.witness is not None else []


def _save(answers: list[Answer], folder: Path) -> None:
    from engine.writing import write_set

    files: dict[Path, bytes] = {}
    for answer in answers:
        for number, document in enumerate(_documents(answer), 1):
            target = "-".join("".join(one if one.isalnum() else " " for one in answer.target).split())
            name = f"{answer.question}-{target}{f'-{number}' if number > 1 else ''}.yaml"
            files[folder / name] = facts_file(document).encode()
    write_set(files)


def _as_json(answers: list[Answer], session: Session) -> str:
    rows = [
        {
            "question": one.question,
            "target": one.target,
            "state": one.state,
            "where": str(one.position),
            "message": session.say(one.message),
            "departments": _documents(one),
        }
        for one in answers
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
