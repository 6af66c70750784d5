"""``audit portfolio``: a province's departments scored at once, summed up, compared and explained."""

from __future__ import annotations

import click

from cli.groups import LazyGroup

COMMANDS = {
    "template": ("cli.portfolio.template", "template", "The empty tables to fill in 生成空表."),
    "score": ("cli.portfolio.score", "score", "Score every department of a folder or database 全部评分."),
    "summary": ("cli.portfolio.summary", "summary", "What a result shows: grades, costs, outliers 结果汇总."),
    "impact": (
        "cli.portfolio.impact",
        "impact",
        "What other rules would do to every department 规则改动的影响.",
    ),
    "explain": ("cli.portfolio.explain", "explain", "One department's ledger, by both paths 说明一个部门."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def portfolio() -> None:
    """Score a province at once, sum it up, compare rules on it, and explain one department.

    一次为全省评分、汇总、比较规则改动，并说明单个部门。
    """
