"""``audit rules``: look at rulesets, check them, test them, make a new year's, compare two."""

from __future__ import annotations

import click

from cli.groups import LazyGroup

COMMANDS = {
    "list": ("cli.rules.listing", "list_rulesets", "The rulesets at hand 列出规则集."),
    "show": ("cli.rules.show", "show", "The effective ruleset as the official table 显示评分表."),
    "check": ("cli.rules.check", "check", "Everything that is wrong with a ruleset 检查."),
    "test": ("cli.rules.test", "test", "Run the examples beside the rules 运行示例."),
    "mutate": ("cli.rules.mutate", "mutate", "Which slips in the rules the examples would notice 变异测试."),
    "prove": ("cli.rules.prove", "prove", "What holds for every department 证明规则的性质."),
    "new": ("cli.rules.new", "new", "Make a new year's ruleset from another 新建年度规则集."),
    "diff": ("cli.rules.diff", "diff", "What changed between two rulesets 对比两个规则集."),
    "compile": ("cli.rules.compile", "compile_ruleset", "A ruleset as SQL to read and run 写成 SQL."),
    "schema": ("cli.rules.schema", "schema", "JSON Schemas for editors 输出 JSON Schema."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def rules() -> None:
    """Look at rulesets, check them, test them, make a new year's, compare two.

    查看、检查、测试、新建、对比规则集。
    """
