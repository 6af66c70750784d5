"""``audit rules test --property``: the invariants on generated departments, with counterexamples to keep."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from cli.cache import cache_folder
from cli.context import Session
from engine.errors import Text, one_line
from engine.ruleset.model import Ruleset
from engine.testing.properties import PropertyResult, run_properties
from engine.testing.sources import facts_file

_MARKS = {
    "holds": ("✓", "green"), "fails": ("✗", "red"), "no_department": ("✗", "red"), "not_tried": ("?", "yellow"), "not_applicable": ("–", None),
}  # fmt: skip

COUNTEREXAMPLE = Text(
    "反例（从“department”行起存为文件即可评分）：",
    "Counterexample (save the lines from 'department' on to a file and score it):",
)
CHANGED = Text("与之相比的部门：", "The department that it was compared with:")


def show_properties(ruleset: Ruleset, session: Session, max_examples: int, seed: int | None) -> bool:
    """Run and print all invariants; whether all of them hold."""
    results = _run(ruleset, max_examples, seed)
    nobody = next((one for one in results if one.state == "no_department"), None)
    if nobody is not None:
        click.echo(f"  {click.style('✗', fg='red')} {one_line(session.say(nobody.told))}")
        return False
    for one in results:
        for line in _lines(one, session):
            click.echo(line)
    return not any(one.failed for one in results)


def _run(ruleset: Ruleset, max_examples: int, seed: int | None) -> list[PropertyResult]:
    folder = cache_folder()
    database = folder and folder / "counterexamples" / ruleset.id.replace("/", "-")
    if not sys.stderr.isatty():
        return run_properties(ruleset, max_examples=max_examples, seed=seed, database=database)
    with click.progressbar(length=max_examples, label=ruleset.id, file=sys.stderr) as bar:

        def progress(scored: int) -> None:
            bar.update(max(scored - bar.pos, 0))

        return run_properties(
            ruleset, max_examples=max_examples, seed=seed, database=database, progress=progress
        )


def _lines(result: PropertyResult, session: Session) -> Iterator[str]:
    mark, colour = _MARKS[result.state]
    title = session.say(result.invariant.title)
    what = one_line(session.say(result.told))
    tried = session.say(_tried(result)) if result.tried else ""
    colon = session.say(Text("：", ": "))
    yield f"  {click.style(mark, fg=colour)} {result.invariant.name} {title}{tried}{colon}{what}"
    for reason, names in result.scope.reasons.items() if result.scope.targets else ():
        leaves_out = Text(f"不适用于{'、'.join(names)}：", f"not for {', '.join(names)}: ")
        yield click.style(f"      {session.say(leaves_out)}{session.say(reason)}", dim=True)
    for heading, document in ((COUNTEREXAMPLE, result.counterexample), (CHANGED, result.changed)):
        if document is not None:
            yield f"      {session.say(heading)}"
            yield _indented(facts_file(document))


def _tried(result: PropertyResult) -> Text:
    count = len(result.scope.criteria)
    nodes = Text(f"，{count} 个指标", f", {count} {'criterion' if count == 1 else 'criteria'}")
    return Text(f"（{result.tried} 例{nodes.zh}）", f" ({result.tried} departments{nodes.en})")


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.rstrip("\n").split("\n"))
