"""``audit rules mutate``: rules changed one slip at a time, and which changes the examples notice."""

from __future__ import annotations

import json
import sys
from collections import Counter

import click

from cli.context import Session, pass_session
from engine.errors import Text, one_line
from engine.testing.mutation import Verdict, run_mutants


@click.command()
@click.argument("ruleset")
@click.option("--max-examples", type=click.IntRange(0, 10_000), default=0, show_default=True,
              help="Generated departments for each mutant that the examples do not notice 每个存活变异的部门数.")  # fmt: skip
@click.option(
    "--fail-under",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Exit 1 below this score 低于此百分比时退出码为 1.",
)
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format 输出格式.",
)
@pass_session
def mutate(session: Session, ruleset: str, max_examples: int, fail_under: int | None, format_: str) -> None:
    """Change RULESET one threshold, operator, amount or bound at a time, and run its examples.

    A change that no example and no invariant notices survives: a slip that would go unseen.

    每次只改 RULESET 的一处界限、运算符、分值或边界，再运行示例。

    示例和性质都没有发现的改动会存活：这样的笔误将无人察觉。
    """
    library = session.library()
    loaded = library.load(ruleset)
    verdicts = list(
        run_mutants(loaded, library.example_folder(loaded), examples=max_examples, progress=_progress)
    )
    survivors = [one for one in verdicts if not one.killer]
    killed = len(verdicts) - len(survivors)
    if format_ == "json":
        click.echo(json.dumps([_row(one, session) for one in verdicts], ensure_ascii=False, indent=2))
    else:
        for one in survivors:
            click.echo(f"{one.mutant.position}: {_path(one)}: {one_line(session.say(one.mutant.change))}")
        by = Counter(one.killer for one in verdicts if one.killer)
        percent = f"{100 * killed / len(verdicts):.1f}%" if verdicts else "—"
        click.echo(
            session.say(
                Text(
                    f"{len(verdicts)} 个变异，发现 {killed} 个（{percent}）：加载 {by['checks']}，示例 {by['examples']}，性质 {by['invariants']}",
                    f"{len(verdicts)} mutants, {killed} killed ({percent}): "
                    f"on loading {by['checks']}, by examples {by['examples']}, by invariants {by['invariants']}",
                )
            )
        )
    if fail_under is not None and killed * 100 < fail_under * len(verdicts):
        raise SystemExit(1)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done}", err=True, nl=False)


def _path(verdict: Verdict) -> str:
    return ".".join(str(step) for step in verdict.mutant.path)


def _row(verdict: Verdict, session: Session) -> dict[str, str]:
    return {
        "where": str(verdict.mutant.position),
        "path": _path(verdict),
        "change": session.say(verdict.mutant.change),
        "killed_by": verdict.killer,
        "by": verdict.by,
    }
