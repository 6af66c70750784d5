"""``audit rules schema``: JSON Schemas, with which an editor completes and checks rulesets and facts files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text


@click.command()
@click.argument("kind", type=click.Choice(["ruleset", "facts"]), default="ruleset")
@click.argument("ruleset", required=False)
@click.option("--output", "-o", type=OutputPath(kind="json"), help="Write to this file 写入文件.")
@pass_session
def schema(session: Session, kind: str, ruleset: str | None, output: Path | None) -> None:
    """Print the JSON Schema of rulesets, or of the facts files for RULESET (id or file).

    `audit rules schema facts guangdong/2024`; docs/editors.md says how editors use it.

    输出规则集的 JSON Schema，或 RULESET（id 或文件）的事实文件的 JSON Schema。

    例如 `audit rules schema facts guangdong/2024`；编辑器如何使用，见 docs/editors.md。
    """
    if (ruleset is None) == (kind == "facts"):
        wanted = (
            Text("写明规则集", "name the ruleset")
            if ruleset is None
            else Text("各规则集的 schema 是同一个", "the schema of rulesets is one for all")
        )
        raise click.UsageError(f"{session.say(wanted)}: audit rules schema ruleset | facts RULESET")
    text = schema_text(_ruleset_schema() if ruleset is None else _facts_schema(session, ruleset))
    if output is None:
        click.echo(text, nl=False)
        return
    from engine.writing import write_whole

    write_whole(output, text.encode())


def schema_text(made: dict[str, Any]) -> str:
    """A schema as it is published, so that a change of it is a change of few lines."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _ruleset_schema() -> dict[str, Any]:
    from engine.ruleset.json_schema import ruleset_schema

    return ruleset_schema()


def _facts_schema(session: Session, reference: str) -> dict[str, Any]:
    from engine.facts.json_schema import facts_schema

    return facts_schema(session.library().load(reference))
