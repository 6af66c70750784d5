"""``audit explain``: every rule, fired or not, with the figures it compared and how far they were apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from cli.context import Session, pass_session
from cli.files import score_file
from engine.errors import Problem, Text, UsageProblem, one_line
from engine.explanation import RuleDecision
from engine.ledger.lines import NodeScore
from engine.ruleset.model import Criterion, Rule
from engine.view import REASONS, View

MOST_SHARES = 50
"""How many records an explanation lists for a formula."""

KINDS = {
    "applies": Text("适用条件", "applies when"),
    "case": Text("得分情形", "case"),
    "deduction": Text("扣分", "deduction"),
    "bonus": Text("加分", "bonus"),
    "explain": Text("须说明", "to be explained"),
    "veto": Text("否决", "veto"),
}


@click.command()
@click.argument("facts", type=click.Path(path_type=Path))
@click.argument("name", required=False, metavar="[RULE|CRITERION]")
@click.option(
    "--ruleset",
    "-r",
    help="Id or file of the ruleset; default: the one the file names 规则集的 id 或文件；默认用事实文件所写的.",
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
def explain(session: Session, facts: Path, name: str | None, ruleset: str | None, format_: str) -> None:
    """Explain the score of FACTS: all rules, or one RULE, or one CRITERION with all its rules.

    Each rule, fired or not, shows the figures it compared and how far they were from the
    threshold; each score its formula with the numbers put in.

    说明 FACTS 的得分：全部规则，或一条规则 RULE，或一个指标 CRITERION 及其全部规则。

    每条规则，无论是否触发，都列出所比较的数字和与界限的差距；每个得分都列出代入数字的公式。
    """
    view = View(score_file(facts, ruleset, session), session.language)
    if format_ == "json":
        click.echo(_json(_chosen(name, view)[0], view))
        return
    for line in explanation_lines(view, name):
        heading = line and not line.startswith(" ")
        click.echo(click.style(one_line(line), bold=True) if heading else one_line(line))


def explanation_lines(view: View, name: str | None = None) -> Iterator[str]:
    """The explanation of everything, or of the rule or criterion called ``name``, line by line.

    Raises :class:`UsageProblem` (U002) where there is none.
    """
    rules, nodes = _chosen(name, view)
    for node in nodes:
        yield from _node(node, [rule for rule in rules if rule.criterion is node], view)


def _chosen(name: str | None, view: View) -> tuple[list[Rule], list[Criterion]]:
    """The rules to explain, and the criteria they belong to, in the order of the table."""
    ruleset = view.ruleset
    nodes = list(ruleset.root.subtree())
    by_title = {text: node for node in nodes for text in (node.title.zh, node.title.en)}
    criterion = ruleset.criteria.get(name or "") or by_title.get(name or "")
    rule = ruleset.rule(name) if name else None
    if name and rule is None and criterion is None:
        from engine.suggestions import suggestion

        known = [*(one.id for one in ruleset.rules), *ruleset.criteria]
        message = Text(f"没有规则或指标“{name}”", f"there is no rule or criterion '{name}'")
        raise UsageProblem([Problem("U002", message, fix=suggestion(name, known))])
    if rule is not None:
        return [rule], [rule.criterion]
    if criterion is not None:
        nodes = list(criterion.subtree())
    order = {node.id: index for index, node in enumerate(nodes)}
    rules = [one for one in ruleset.rules if one.criterion.id in order]
    return rules, nodes


def _node(node: Criterion, rules: list[Rule], view: View) -> Iterator[str]:
    score = view.scoring.nodes.get(node.id)
    title = view.say(Text("总分", "Total")) if node.parent is None else view.say(node.title)
    yield f"{title}（{node.id}）{_points(node, score, view)}"
    citation = view.citation(node.basis)
    if citation:
        yield f"  {view.say(Text('依据', 'basis'))}: {citation}"
    if score is not None and score.state == "scored":
        for formula in view.explainer.formulas(node):
            yield f"  {view.say(formula.name)} = {formula.written}"
            yield f"    = {formula.with_numbers} = {view.say(formula.value)}"
            shares = list(view.explainer.shares(formula))
            for share in shares[:MOST_SHARES]:
                yield f"      {view.say(share)}"
            if len(shares) > MOST_SHARES:
                more = len(shares) - MOST_SHARES
                yield view.say(Text(f"      …另有 {more} 条", f"      … and {more} more"))
    for rule in rules:
        yield from _rule(rule, view)
    yield ""


def _points(node: Criterion, score: NodeScore | None, view: View) -> str:
    if score is None or not score.in_play:
        return view.say(
            Text(
                f"　{view.points(node.points)} 分，不适用",
                f"  {view.points(node.points)} points, not applicable",
            )
        )
    earned, full = view.points(score.earned), view.points(score.full)
    return view.say(Text(f"　得 {earned} / {full}", f"  earned {earned} of {full}"))


def _rule(rule: Rule, view: View) -> Iterator[str]:
    kind = view.say(KINDS[rule.kind])
    decisions = list(view.explainer.decisions(rule))
    looked_at = view.scoring.evaluation.decisions[rule.index] is not None
    yield f"  [{kind}] {rule.id}: {rule.expression.text}{_summary(decisions, looked_at, view)}"
    for decision in decisions:
        yield from _decision(decision, view)


def _summary(decisions: list[RuleDecision], looked_at: bool, view: View) -> str:
    if not looked_at:
        return view.say(
            Text(
                " —— 未比较（指标不适用，或前一情形已成立）",
                " -- not looked at (not applicable, or an earlier case held)",
            )
        )
    if not decisions:
        return view.say(Text(" —— 没有记录", " -- no records"))
    fired = sum(decision.fired for decision in decisions)
    if len(decisions) == 1 and not decisions[0].key:
        return (
            f" —— {_verdict(decisions[0], view)}"
            if view.language == "zh"
            else f" -- {_verdict(decisions[0], view)}"
        )
    return view.say(
        Text(
            f" —— {len(decisions)} 条记录中 {fired} 条触发",
            f" -- fired for {fired} of {len(decisions)} records",
        )
    )


def _verdict(decision: RuleDecision, view: View) -> str:
    if not decision.fired:
        return view.say(Text("未触发", "did not fire"))
    waived = f"（{view.say(REASONS['waived'])}）" if decision.waived else ""
    return view.say(Text("触发", "FIRED")) + waived


def _decision(decision: RuleDecision, view: View) -> Iterator[str]:
    if decision.key:
        yield f"    {decision.key}: {_verdict(decision, view)}"
    for one in view.explainer.comparisons(decision):
        margin = view.say(one.margin)
        truth = {True: Text("成立", "true"), False: Text("不成立", "false"), None: Text("", "")}[one.holds]
        outcome = view.say(Text("，", ", ")).join(part for part in (view.say(truth), margin) if part)
        figures = view.say(one.sides)
        yield f"      {one.text}  →  {figures}" + (f"  {outcome}" if outcome else "")
    because = view.explainer.reason(decision)
    if because is not None:
        yield f"      {view.say(because)}"


def _json(rules: list[Rule], view: View) -> str:
    from engine.record.writing import rules_document

    wanted = {rule.id for rule in rules}
    documents = [one for one in rules_document(view.scoring) if one["id"] in wanted]
    return json.dumps(documents, ensure_ascii=False, indent=2)
