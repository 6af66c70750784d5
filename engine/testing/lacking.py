"""Examples that have no score for one reason: facts that the ruleset asks for, and that they do not state.

An overlay with a new required fact leaves every example that it inherits without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import Problem, Text, text_list
from engine.ruleset.model import Ruleset
from engine.source import node_at
from engine.testing.examples import ExampleOutcome


def lacking(outcomes: Sequence[ExampleOutcome]) -> list[ExampleOutcome]:
    """The failed examples that lack required facts, where there are several."""
    found = [one for one in outcomes if not one.passed and _missing(one)]
    return found if len(found) > 1 else []


def lacking_problem(ruleset: Ruleset, outcomes: Sequence[ExampleOutcome]) -> Problem:
    """One problem for all the examples in ``outcomes``, which are :func:`lacking`: what they lack, and what to do."""
    facts = list(dict.fromkeys(path for one in outcomes for path in _missing(one)))
    named = text_list(facts)
    message = Text(
        f"{len(outcomes)} 个示例没有填报 {named.zh}，而本规则集要求填报",
        f"{len(outcomes)} examples do not state {named.en}, which this ruleset requires",
    )
    section, _, field = facts[0].partition(".")
    place = ("facts", section, "fields", field) if field else ("facts", section)
    return Problem(
        "R054", message, node_at(ruleset.source, place).position, facts[0], _fix(ruleset, outcomes)
    )


def _missing(outcome: ExampleOutcome) -> list[str]:
    problems = outcome.error.problems if outcome.error is not None else ()
    return [problem.path for problem in problems if problem.code == "F001" and "[" not in problem.path]


def _fix(ruleset: Ruleset, outcomes: Sequence[ExampleOutcome]) -> Text:
    bases = sorted({f"{one.example.base}.yaml" for one in outcomes if one.example.base is not None})
    own = Path(ruleset.source.file.name).with_suffix("")
    optional = Text(
        "或写 optional: true，由规则判断 given(…)",
        "or make them optional: true, which rules ask with given(…)",
    )
    if not bases:
        return Text(f"在示例里填报，{optional.zh}", f"state them in the examples, {optional.en}")
    files = text_list(bases)
    if own.is_dir():
        return Text(
            f"在 {own} 的 {files.zh} 里填报，{optional.zh}",
            f"state them in {files.en} in {own}, {optional.en}",
        )
    return Text(
        f"把基础规则集的 {files.zh} 复制到新文件夹 {own}，在其中填报，{optional.zh}",
        f"copy {files.en} of the base's folder into a new folder {own} and state them there, {optional.en}",
    )
