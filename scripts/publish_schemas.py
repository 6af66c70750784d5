"""Writes the JSON Schemas that editors read, in docs/ and beside each shipped ruleset: python -m scripts.publish_schemas."""

from __future__ import annotations

from pathlib import Path

from cli.rules.schema import schema_text
from engine.facts.json_schema import facts_schema
from engine.record.document import result_schema
from engine.ruleset.json_schema import ruleset_schema
from engine.ruleset.library import Library, shipped_folder

DOCS = Path(__file__).parent.parent / "docs"


def schemas() -> dict[Path, str]:
    """The text of every published schema by its file."""
    library = Library()
    made = {
        DOCS / "ruleset.schema.json": ruleset_schema(),
        DOCS / "result.schema.json": result_schema(),
    }
    for ruleset_id in library.ids():
        made[shipped_folder() / f"{ruleset_id}.schema.json"] = facts_schema(library.load(ruleset_id))
    return {path: schema_text(schema) for path, schema in made.items()}


if __name__ == "__main__":
    for path, text in schemas().items():
        path.write_text(text, encoding="utf-8")
