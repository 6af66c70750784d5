"""The JSON Schema (2020-12) of a ruleset document, for editors: what may be written where, and what it means.

It is made from the models in ``document/``. A document with ``extends`` is an overlay: nothing in
it is required but what tells entries apart, and ``remove: true`` drops one. The schema knows shapes
only; names, units and expressions are for ``audit rules check``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.ruleset.document import RulesetDocument
from engine.ruleset.key_help import KEYS
from engine.ruleset.overlay import REPLACED_WHOLE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LITERAL = ["string", "number", "boolean"]
"""YAML reads 7 as a number and true as a flag; the ruleset takes both as the text that was written."""

_NAME = r"^[^\s\d!-/:-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*$"
"""A name as every regular-expression dialect reads it: no digit first, no ASCII punctuation but _."""

_TOLD_APART = {
    "RulesetDocument": ["ruleset", "extends"], "Criterion": ["id"], "Check": ["id"], "Deduction": ["id"],
    "Bonus": ["id"], "Explain": ["id"], "Example": ["name"],
}  # fmt: skip
_WITHOUT_IDS = frozenset({"Grade", "Unchecked"})
"""What stands in lists that an overlay writes anew: their entries have no id."""

_SHORT_FORMS = {
    "Score": {"$ref": "#/$defs/Expression"},
    "Combine": {"enum": ["sum", "best", "weakest", "average"]},
}


def _one_of(*groups: list[str]) -> dict[str, Any]:
    return {"oneOf": [{"required": group} for group in groups]}


def _together(one: str, other: str) -> dict[str, Any]:
    return {"if": {"required": [one]}, "then": {"required": [other]}}


_ONE_BOUND_A_SIDE = [{"not": {"required": pair}} for pair in (["from", "above"], ["up_to", "below"])]
_CONSTRAINTS: dict[str, list[dict[str, Any]]] = {
    "FactEntry": [_one_of(["type"], ["fields"])],
    "Score": [_one_of(["value"], ["of", "bands"], ["cases"])],
    "Case": [_one_of(["when", "earn"], ["else"])],
    "Judged": [_one_of(["at_most"], ["tiers"])],
    "Combine": [_one_of(["by"], ["weighted_by"])],
    "Veto": [{"anyOf": [{"required": ["earn"]}, {"required": ["grade_at_most"]}]}],
    "Criterion": [_together("applies", "if_not"), _together("if_not", "applies")],
    "Band": _ONE_BOUND_A_SIDE,
    "Grade": _ONE_BOUND_A_SIDE,
    "Tier": _ONE_BOUND_A_SIDE,
}


def ruleset_schema() -> dict[str, Any]:
    """The schema of a ruleset's file, whether it is a whole document or an overlay."""
    whole = RulesetDocument.model_json_schema()
    models: dict[str, Any] = {**whole.pop("$defs"), "RulesetDocument": whole}
    definitions = {name: _model(name, model) for name, model in sorted(models.items())}
    definitions["RulesetDocument"]["properties"]["extends"] = _key(
        "RulesetDocument", "extends", {"type": "string"}
    )
    changes = {f"{name}Change": _change(name, one) for name, one in definitions.items()}
    changes = {name: changes[name] for name in sorted(_reached("RulesetDocumentChange", changes))}
    return {
        "$schema": DIALECT,
        "title": "audit-score ruleset 规则集",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/RulesetDocumentChange"},
        "else": {"$ref": "#/$defs/RulesetDocument"},
        "$defs": {
            "Expression": {"type": LITERAL, "description": KEYS["expression"]},
            "Text": _text("zh", "en"),
            "TextChange": _text(),
            "Removed": {
                "type": "object",
                "properties": {"remove": _REMOVE},
                "required": ["remove"],
                "additionalProperties": False,
            },
            **definitions,
            **changes,
        },
    }


_REMOVE = {"const": True, "description": KEYS["remove"]}


def _text(*required: str) -> dict[str, Any]:
    """A text; an overlay may change one language of it, so that none is ``required``."""
    both = {
        "type": "object",
        "properties": {"zh": {"type": LITERAL}, "en": {"type": LITERAL}},
        "required": list(required),
        "additionalProperties": False,
    }
    return {"description": KEYS["text"], "anyOf": [{"type": LITERAL}, both]}


# From pydantic's schemas to the shapes as they are written


def _model(name: str, model: dict[str, Any]) -> dict[str, Any]:
    properties = {key: _key(name, key, one) for key, one in model["properties"].items()}
    made: dict[str, Any] = {"type": "object"}
    if "description" in model:
        made["description"] = model["description"].replace("``", "`").split("\n\n")[0]
    made |= {"properties": properties, "additionalProperties": False}
    if "required" in model:
        made["required"] = model["required"]
    if name in _CONSTRAINTS:
        made["allOf"] = _CONSTRAINTS[name]
    return made


def _key(model: str, key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One key of a model, with what it means."""
    shape = _shape(schema)
    told = KEYS.get(f"{model}.{key}") or KEYS[key]
    return {"description": told, **shape}


def _shape(schema: dict[str, Any]) -> dict[str, Any]:
    """A value as it is written: short forms allowed, texts also where YAML reads a number."""
    if _is_text(schema):
        return {"$ref": "#/$defs/Text"}
    if schema.get("description") == "an expression of the rule language":
        return {"$ref": "#/$defs/Expression"}
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        short = _SHORT_FORMS.get(name)
        return {"anyOf": [short, {"$ref": schema["$ref"]}]} if short else {"$ref": schema["$ref"]}
    if "anyOf" in schema:
        options = [_shape(one) for one in _joined(schema["anyOf"])]
        return {"anyOf": [inner for one in options for inner in one.get("anyOf", [one])]}
    if schema.get("type") == "array":
        kept = {key: schema[key] for key in ("minItems",) if key in schema}
        return {"type": "array", "items": _shape(schema["items"]), **kept}
    if "patternProperties" in schema:
        [inner] = schema["patternProperties"].values()
        return {"type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": _shape(inner)}
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties", True)
        return {"type": "object", "additionalProperties": _shape(inner) if isinstance(inner, dict) else inner}
    return _scalar(schema)


def _scalar(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema or "const" in schema:
        return {"enum": schema.get("enum", [schema.get("const")])}
    if "pattern" in schema:
        pattern = _NAME if "\\W" in schema["pattern"] else schema["pattern"]
        return {"type": "string", "pattern": pattern}
    if schema.get("type") == "string":
        return {"type": LITERAL}
    if schema.get("type") == "integer":
        return {"type": "integer", "minimum": 0}
    return {"type": schema["type"]} if "type" in schema else {}


def _is_text(schema: dict[str, Any]) -> bool:
    """Whether this is one text for both languages, or one each."""
    kinds = [one.get("type") for one in schema.get("anyOf", [])]
    return kinds == ["string", "object"] and "zh" in schema["anyOf"][1].get("properties", {})


def _joined(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The options of an optional text put together again: text or texts, or nothing."""
    if len(options) == 3 and _is_text({"anyOf": options[:2]}):
        return [{"anyOf": options[:2]}, options[2]]
    return options


# Overlays


def _change(name: str, whole: dict[str, Any]) -> dict[str, Any]:
    """What an overlay may write of a model: any part of it, or that it is removed."""
    properties = {
        key: _or_removed(one) if key in REPLACED_WHOLE else _changed(one)
        for key, one in whole["properties"].items()
    }
    made = {"type": "object", "properties": properties, "additionalProperties": False}
    if name in _TOLD_APART:
        made["required"] = _TOLD_APART[name]
    if name != "RulesetDocument":
        properties["remove"] = _REMOVE
    return made


def _changed(schema: Any) -> Any:
    """The schema with every model in it replaced by its change."""
    if isinstance(schema, list):
        return [_changed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: one if key == "description" else _changed(one) for key, one in schema.items()}
    made.pop("minItems", None)
    if "$ref" in made and made["$ref"].rpartition("/")[2] not in {*_WITHOUT_IDS, "Expression"}:
        made["$ref"] += "Change"
    return made


def _or_removed(schema: dict[str, Any]) -> dict[str, Any]:
    """What is replaced whole: as a document writes it, or removed."""
    told = {key: one for key, one in schema.items() if key == "description"}
    shape = {key: one for key, one in schema.items() if key != "description"}
    return {**told, "anyOf": [*shape.get("anyOf", [shape]), {"$ref": "#/$defs/Removed"}]}


def _reached(name: str, definitions: dict[str, Any]) -> set[str]:
    """The definition with this name, and all of ``definitions`` that it refers to."""
    found, waiting = {name}, [name]
    while waiting:
        for one in _references(definitions[waiting.pop()]):
            if one in definitions and one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _references(one)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for one in schema.values():
            yield from _references(one)
