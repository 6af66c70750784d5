"""``audit rules test --obligations``: which cases of the rules no example shows, and examples for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cli.context import Session
from engine.errors import Fault, Problem, Text, one_line
from engine.ruleset.model import Ruleset
from engine.testing.generating import generate, generated_file, missing_cases, passes, write_generated
from engine.testing.obligations import Obligation, Shown

NOT_CONFIRMED = Text("生成的示例未被计分证实", "a generated example is not confirmed by the score")


def show_obligations(ruleset: Ruleset, folder: Path, session: Session, *, verbose: bool, write: bool) -> bool:
    """Print the cases that no example shows, and write examples for them; whether none is left."""
    if write:
        return _write(ruleset, folder, session)
    shown = missing_cases(ruleset, folder)
    for line in _cases(shown, session, verbose):
        click.echo(line)
    return all(one.example is not None for one in shown)


def _cases(shown: Sequence[Shown], session: Session, verbose: bool) -> Iterator[str]:
    met = sum(one.example is not None for one in shown)
    yield session.say(
        Text(
            f"  规则的各种情形：{len(shown)} 种，示例已有 {met} 种",
            f"  cases of the rules: {len(shown)}, {met} of them shown by examples",
        )
    )
    for one in shown:
        if one.example is None:
            yield f"    {click.style('✗', fg='red')} {_case(one.obligation, session)}"
        elif verbose:
            name = one_line(one.example.example.name)
            yield f"    {click.style('✓', fg='green')} {_case(one.obligation, session)}  {name}"


def _case(obligation: Obligation, session: Session) -> str:
    where = obligation.rule.position
    return f"{obligation.rule.id} {one_line(session.say(obligation.title))}  ({where})"


def _write(ruleset: Ruleset, folder: Path, session: Session) -> bool:
    """Examples for what the examples written by hand do not show; what is in the file already is made anew."""
    path = generated_file(ruleset, folder)
    missing = [
        one.obligation for one in missing_cases(ruleset, folder, generated=False) if one.example is None
    ]
    if not missing:
        click.echo(session.say(_nothing(path)))
        return True
    generated = generate(ruleset, folder, missing)
    for obligation, why in generated.not_found:
        click.echo(f"    {click.style('✗', fg='red')} {_case(obligation, session)}：{session.say(why)}")
    if generated.examples:
        write_generated(path, generated)
        failed = passes(ruleset, path.parent)
        if failed:
            problems = [Problem("X006", NOT_CONFIRMED, one.position, one.example.name) for one in failed]
            raise Fault(problems)
    click.echo(
        session.say(
            Text(
                f"  写入 {path}：{generated.examples} 个示例，补上 {len(generated.found)} 种情形；未找到 {len(generated.not_found)} 种",
                f"  {path} written: {generated.examples} examples for {len(generated.found)} cases; "
                f"not found: {len(generated.not_found)}",
            )
        )
    )
    return not generated.not_found


def _nothing(path: Path) -> Text:
    if path.exists():
        return Text(f"  示例齐全，不再需要 {path}", f"  no case is missing, {path} is not needed any more")
    return Text("  示例齐全，没有要生成的", "  no case is missing, nothing to generate")
