"""``audit rules test``: the examples beside the rules, run; what was expected and what came."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text, one_line
from engine.explanation import Explainer
from engine.ruleset.model import Ruleset
from engine.testing.coverage import RuleCoverage, coverage_of
from engine.testing.examples import ExampleOutcome, run_examples
from engine.testing.lacking import lacking, lacking_problem
from engine.view import points_text


@click.command()
@click.argument("rulesets", nargs=-1)
@click.option("--verbose", "-v", is_flag=True, help="Show passing examples and all ledger lines 显示全部.")
@click.option(
    "--junit",
    type=OutputPath(kind="xml"),
    help="Write a JUnit XML report 写出 JUnit 报告.",
)
@click.option(
    "--property",
    "properties",
    is_flag=True,
    help="Try the invariants on generated departments 在生成的部门上检验各项性质.",
)
@click.option(
    "--max-examples",
    type=click.IntRange(1, 1_000_000),
    default=200,
    show_default=True,
    help="How many departments 生成多少个部门.",
)
@click.option("--seed", type=int, help="For the same departments again 随机种子，相同则部门相同.")
@click.option(
    "--obligations", is_flag=True, help="Show which cases of the rules no example shows 缺少的情形."
)
@click.option("--write", is_flag=True, help="With --obligations: generate examples for them 生成缺少的示例.")
@pass_session
def test(session: Session, rulesets: tuple[str, ...], verbose: bool, junit: Path | None,
    properties: bool, max_examples: int, seed: int | None, obligations: bool, write: bool,
) -> None:  # fmt: skip
    """Run the examples of RULESETS (ids or files; default: all at hand). Exit 1 if one fails.

    Examples stand in the ruleset itself, and in files with `examples:` in its own folder. With
    --property the invariants are tried on generated departments as well; failures are remembered
    and tried first next time. Option --obligations looks for every case of every rule among them: firing,
    silent, on each limit and just beyond it.

    运行规则集（id 或文件；默认全部）的示例。有示例不通过时退出码为 1。

    示例写在规则集里，或写在其同名文件夹中带 `examples:` 的文件里。加 --property 时，还在生成的部门上检验各项性质；
    发现的反例会记住，下次先试。加 --obligations 时，逐条规则查看各种情形（触发、不触发、恰在界限、刚过界限）是否都有示例。
    """
    if write and not obligations:
        raise click.UsageError(
            session.say(Text("--write 须与 --obligations 同用", "--write goes with --obligations"))
        )
    suites: list[tuple[Ruleset, list[ExampleOutcome]]] = []
    holds = True
    library = session.library()
    for reference in rulesets or library.ids():
        ruleset = library.load(reference)
        outcomes = list(run_examples(ruleset, library.example_folder(ruleset)))
        suites.append((ruleset, outcomes))
        for line in _suite(ruleset, outcomes, session, verbose):
            click.echo(line)
        if properties:
            from cli.rules.properties import show_properties

            holds = show_properties(ruleset, session, max_examples, seed) and holds
        if obligations:
            from cli.rules.obligations import show_obligations

            folder = library.example_folder(ruleset)
            holds = show_obligations(ruleset, folder, session, verbose=verbose, write=write) and holds
    if junit is not None:
        from cli.rules.junit import junit_report
        from engine.writing import write_whole

        write_whole(junit, junit_report(suites, session))
    if not holds or any(not outcome.passed for _, outcomes in suites for outcome in outcomes):
        raise SystemExit(1)


def _suite(ruleset: Ruleset, outcomes: list[ExampleOutcome], session: Session, verbose: bool) -> list[str]:
    lines = [click.style(ruleset.id, bold=True)]
    alike = [] if verbose else lacking(outcomes)
    told_together = {id(one) for one in alike}
    for outcome in outcomes:
        if verbose or not (outcome.passed or id(outcome) in told_together):
            lines += example_lines(outcome, session, verbose)
    if alike:
        told = lacking_problem(ruleset, alike).render(session.language)
        lines.append(f"  {click.style('✗', fg='red')} {one_line(told)}")
    failed = sum(not outcome.passed for outcome in outcomes)
    passed = len(outcomes) - failed
    lines.append(
        session.say(
            Text(f"  示例：{passed} 个通过，{failed} 个不符", f"  examples: {passed} passed, {failed} failed")
        )
    )
    return [*lines, *_coverage(list(coverage_of(ruleset, outcomes).values()), session, verbose)]


def example_lines(outcome: ExampleOutcome, session: Session, verbose: bool) -> list[str]:
    """One example: what was expected, what came, and the ledger lines it came with."""
    mark = click.style("✓", fg="green") if outcome.passed else click.style("✗", fg="red")
    lines = [
        f"  {mark} {one_line(outcome.example.name)}" + ("" if outcome.passed else f"  ({outcome.position})")
    ]
    for one in outcome.mismatches:
        expected, found = one_line(one.expected), one_line(one.found)
        what = one_line(session.say(one.what))
        lines.append(
            session.say(
                Text(
                    f"      {what}：应为 {expected or '—'}，实为 {found or '—'}",
                    f"      {what}: expected {expected or '-'}, found {found or '-'}",
                )
            )
        )
    if outcome.scoring is not None and (verbose or not outcome.passed):
        explainer, decimals = Explainer(outcome.scoring), outcome.scoring.evaluation.ruleset.decimals
        for line in outcome.scoring.lines:
            because = one_line(session.say(explainer.line(line)))
            lines.append(
                f"        {points_text(line.applied, decimals)}  {one_line(session.say(line.criterion.title))}: {because}"
            )
        total = f"{points_text(outcome.scoring.total, decimals)} {outcome.scoring.grade}"
        lines.append(session.say(Text(f"        总分 {total}", f"        total {total}")))
    return lines


def _coverage(covered: list[RuleCoverage], session: Session, verbose: bool) -> list[str]:
    """How many rules fired and stayed silent somewhere, and how many comparisons came out both ways."""
    atoms = [(one, number) for one in covered for number in range(len(one.rule.condition.atoms))]
    both = sum(len(one.atoms.get(number, ())) == 2 for one, number in atoms)
    fired, silent = sum(one.fired for one in covered), sum(one.silent for one in covered)
    count = len(covered)
    lines = [
        session.say(
            Text(
                f"  覆盖：{fired}/{count} 条规则触发过，{silent}/{count} 条未触发过；{both}/{len(atoms)} 个比较两种结果都有",
                f"  coverage: {fired}/{count} rules fired, {silent}/{count} stayed silent; "
                f"{both}/{len(atoms)} comparisons came out both ways",
            )
        )
    ]
    for one, number in atoms if verbose else ():
        seen = one.atoms.get(number, set())
        if len(seen) < 2:
            start, end = one.rule.condition.atoms[number].span
            part = one.rule.expression.text[start:end]
            lacks = session.say(Text("缺少", "never "))
            missing = " / ".join(
                word for truth, word in ((True, "true"), (False, "false")) if truth not in seen
            )
            lines.append(f"    {one.rule.id}: {part}  {lacks}{missing}")
    return lines
