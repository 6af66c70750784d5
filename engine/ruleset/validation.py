"""Pydantic's errors told as problems with positions, in both languages."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from engine.errors import Position, Problem, Text
from engine.language.types import suggestion
from engine.source import Mapping, Node, Scalar, node_at

_MESSAGES = {
    "string_type": Text("此处应为文字", "a text is wanted here"),
    "int_type": Text("此处应为整数", "a whole number is wanted here"),
    "bool_type": Text("此处应为 true 或 false", "true or false is wanted here"),
    "bool_parsing": Text("此处应为 true 或 false", "true or false is wanted here"),
    "int_parsing": Text("此处应为整数", "a whole number is wanted here"),
    "list_type": Text("此处应为列表", "a list is wanted here"),
    "dict_type": Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"),
    "model_type": Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"),
    "model_attributes_type": Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"),
    "too_short": Text("列表不能为空", "the list is empty"),
}


def problems_of(error: ValidationError, root: Node) -> list[Problem]:
    """One problem for each place that is wrong."""
    problems: dict[tuple[Position, str], Problem] = {}
    for detail in error.errors(include_url=False):
        problem = _problem(detail, root)
        assert problem.where is not None
        problems.setdefault((problem.where, problem.code), problem)
    return list(problems.values())


def _problem(detail: Any, root: Node) -> Problem:
    path = tuple(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    node = node_at(root, path)
    if kind == "missing":
        message = Text(f"缺少 {path[-1]}", f"'{path[-1]}' is missing")
        owner = node_at(root, path[:-1])
        hint = owner.hint if isinstance(owner, Mapping) else None
        return Problem("R001", message, owner.position, fix=hint)
    if kind == "extra_forbidden":
        return _unknown_key(path, root)
    if kind == "malformed":
        fix = Text(context["fix_zh"], context["fix_en"]) if context["fix_zh"] else None
        return Problem("R003", Text(context["zh"], context["en"]), node.position, fix=fix)
    if kind == "literal_error":
        listed = context["expected"].replace("'", "")
        in_chinese = listed.replace(" or ", "、").replace(", ", "、")
        message = Text(f"只能是 {in_chinese} 之一", f"must be one of {listed}")
        return Problem("R004", message, node.position, fix=_literal_suggestion(node, listed))
    if kind == "string_pattern_mismatch":
        message = Text(
            "名称不合规则（小写字母开头，只含小写字母、数字和 _）",
            "not a valid name (lower case letters, digits and _, a letter first)",
        )
        return Problem("R005", message, node.position)
    message = _MESSAGES.get(kind, Text(f"内容不对（{detail['msg']}）", f"not valid ({detail['msg']})"))
    return Problem("R003", message, node.position)


def _literal_suggestion(node: Node, listed: str) -> Text | None:
    options = listed.replace(" or ", ", ").split(", ")
    return suggestion(node.text, options) if isinstance(node, Scalar) else None


def _unknown_key(path: tuple[str | int, ...], root: Node) -> Problem:
    key = str(path[-1])
    owner = node_at(root, path[:-1])
    position = owner.position
    if isinstance(owner, Mapping) and key in owner.entries:
        position = owner.entries[key].key.position
    message = Text(f"不认识的键“{key}”", f"there is no key '{key}' here")
    fix = suggestion(key, _keys(owner))
    if fix is None and not key.replace("_", "").isalnum():
        fix = Text(
            "{…} 里含逗号的文字和表达式要加引号", "inside {…}, quote texts and expressions that have a comma"
        )
    return Problem("R002", message, position, fix=fix)


def _keys(owner: Node) -> list[str]:
    """Every key that some part of a ruleset document has: near enough for a suggestion."""
    from engine.ruleset import document

    models = [one for one in vars(document).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    return sorted({field.alias or name for one in models for name, field in one.model_fields.items()})
