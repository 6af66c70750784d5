"""``audit rules test --property``: the invariants on generated departments, with counterexamples to keep."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from cli.cache import cache_folder
from cli.context import Session
from engine.errors import Text, one_line
from engine.ruleset.model import Ruleset
from engine.testing.properties import PropertyResult, run_properties

_MARKS = {"holds": ("✓", "green"), "fails": ("✗", "red"), "not_applicable": ("–", None)}


def show_properties(ruleset: Ruleset, session: Session, max_examples: int, seed: int | None) -> bool:
    """Run and print all invariants; whether all of them hold."""
    results = _run(ruleset, max_examples, seed)
    for one in results:
        click.echo(_line(one, session))
        if one.counterexample is not None:
            heading = Text("反例（可存为文件并评分）：", "Counterexample (save it to a file and score it):")
            click.echo(f"      {session.say(heading)}")
            click.echo(_indented(facts_file(one.counterexample)))
    return all(one.state != "fails" for one in results)


def _run(ruleset: Ruleset, max_examples: int, seed: int | None) -> list[PropertyResult]:
    folder = cache_folder()
    database = folder and folder / "counterexamples" / ruleset.id.replace("/", "-")
    if not sys.stderr.isatty():
        return run_properties(ruleset, max_examples=max_examples, seed=seed, database=database)
    with click.progressbar(length=max_examples, label=ruleset.id, file=sys.stderr) as bar:

        def progress(tried: int) -> None:
            bar.update(max(tried - bar.pos, 0))

        return run_properties(
            ruleset, max_examples=max_examples, seed=seed, database=database, progress=progress
        )


def _line(result: PropertyResult, session: Session) -> str:
    mark, colour = _MARKS[result.state]
    title = session.say(result.invariant.title)
    what = session.say(result.message if result.message is not None else result.invariant.statement)
    if result.state == "not_applicable":
        what = session.say(Text(f"不适用：{what}", f"not applicable: {what}"))
    tried = (
        session.say(Text(f"（{result.tried} 例）", f" ({result.tried} departments)")) if result.tried else ""
    )
    return f"  {click.style(mark, fg=colour)} {result.invariant.name} {title}{tried}：{one_line(what)}"


def facts_file(document: dict[str, Any]) -> str:
    """A facts document as YAML that ``audit score`` reads."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return buffer.getvalue()


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.rstrip("\n").split("\n"))
