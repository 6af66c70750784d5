"""``audit rules mutate``: rules changed one slip at a time, and which changes the examples notice."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from cli.context import Session, pass_session
from cli.processors import available_processors
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
    "--processes",
    "-j",
    type=click.IntRange(1, 256),
    help="How many at a time (default: the processors) 并行数.",
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
@click.option("--verbose", "-v", is_flag=True, help="Show equivalent changes too 也显示等价的变异.")
@pass_session
def mutate(session: Session, ruleset: str, max_examples: int, fail_under: int | None,
    processes: int | None, format_: str, verbose: bool,
) -> None:  # fmt: skip
    """Change RULESET one threshold, operator, amount, bound or cap at a time, and run its examples.

    A change that no example and no invariant notices survives: a slip that would go unseen. Changes
    that score every department alike cannot be noticed; those that are recognised do not count.

    每次只改 RULESET 的一处界限、运算符、分值、边界或上限，再运行示例。

    示例和性质都没有发现的改动会存活：这样的笔误将无人察觉。对每个部门得分都相同的改动无从发现，能认出的不计在内。
    """
    library = session.library()
    loaded = library.load(ruleset)
    folder = library.example_folder(loaded)
    at_once = processes or available_processors()
    verdicts = list(run_mutants(loaded, folder, examples=max_examples, processes=at_once, progress=_progress))
    counted = [one for one in verdicts if one.killer != "equivalent"]
    killed = sum(bool(one.killer) for one in counted)
    if format_ == "json":
        click.echo(json.dumps([_row(one, session) for one in verdicts], ensure_ascii=False, indent=2))
    else:
        for line in _lines(verdicts, session, verbose):
            click.echo(line)
        click.echo(session.say(_summary(verdicts, counted, killed)))
    if fail_under is not None and killed * 100 < fail_under * len(counted):
        raise SystemExit(1)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{of}" + ("\n" if done == of else ""), err=True, nl=False)


def _lines(verdicts: Sequence[Verdict], session: Session, verbose: bool) -> Iterator[str]:
    for one in verdicts:
        change = one_line(session.say(one.mutant.change))
        if not one.killer:
            yield f"{one.mutant.position}: {one.mutant.name}: {change}"
        elif verbose and one.why is not None:
            yield click.style(
                f"{one.mutant.position}: {one.mutant.name}: {change}  ({session.say(one.why)})", dim=True
            )


def _summary(verdicts: Sequence[Verdict], counted: Sequence[Verdict], killed: int) -> Text:
    by = Counter(one.killer for one in verdicts)
    percent = f"{100 * killed / len(counted):.1f}%" if counted else "—"
    return Text(
        f"{len(counted)} 个变异，发现 {killed} 个（{percent}）：加载 {by['checks']}，示例 {by['examples']}，"
        f"性质 {by['invariants']}；另有 {by['equivalent']} 个等价",
        f"{len(counted)} mutants, {killed} killed ({percent}): "
        f"on loading {by['checks']}, by examples {by['examples']}, by invariants {by['invariants']}; "
        f"{by['equivalent']} more are equivalent",
    )


def _row(verdict: Verdict, session: Session) -> dict[str, str]:
    return {
        "where": str(verdict.mutant.position),
        "what": verdict.mutant.name,
        "path": ".".join(str(step) for step in verdict.mutant.path),
        "change": session.say(verdict.mutant.change),
        "killed_by": verdict.killer,
        "by": session.say(verdict.why) if verdict.why is not None else verdict.by,
    }
