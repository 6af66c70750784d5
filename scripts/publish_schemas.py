"""Write the JSON Schemas that editors read: docs/ruleset.schema.json, and one beside each shipped ruleset."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Write every schema that changed."""
    from cli.rules.schema import schema_text
    from engine.facts.json_schema import facts_schema
    from engine.ruleset.json_schema import ruleset_schema
    from engine.ruleset.library import Library, shipped_folder

    library = Library()
    schemas = {ROOT / "docs" / "ruleset.schema.json": ruleset_schema()}
    for ruleset_id in library.ids():
        schemas[shipped_folder() / f"{ruleset_id}.schema.json"] = facts_schema(library.load(ruleset_id))
    for path, made in schemas.items():
        text = schema_text(made)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
