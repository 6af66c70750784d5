"""Pydantic's errors told as problems with positions, in both languages."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pydantic import ValidationError

from engine.errors import MOST_PROBLEMS, Position, Problem, Text
from engine.source import Mapping, Node, Scalar, node_at
from engine.suggestions import possible, suggestion
from engine.yaml_slips import key_fix, wide_sign

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
    "int_from_float": Text("此处应为整数", "a whole number is wanted here"),
    "int_parsing_size": Text("整数过大", "the number is too large"),
    "too_short": Text("列表不能为空", "the list is empty"),
}

_BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le"}

_QUOTE_IT = Text(
    "{…} 里含逗号的文字和表达式要加引号", "inside {…}, quote texts and expressions that have a comma"
)


MORE = "R065"
_NUMBER_AND_UNIT = re.compile(r"\s*(\d+)\s*(?:年度?|分|位|%)\s*")


def problems_of(error: ValidationError, root: Node) -> list[Problem]:
    """One problem for each place that is wrong."""
    problems: dict[tuple[Position, str], Problem] = {}
    for detail in error.errors(include_url=False, include_input=False):
        problem = _problem(detail, root)
        assert problem.where is not None
        problems.setdefault((problem.where, problem.code), problem)
        if len(problems) > MOST_PROBLEMS:
            return [*list(problems.values())[:MOST_PROBLEMS], more(root)]
    return list(problems.values())


def more(root: Node) -> Problem:
    """That there are more problems than are told."""
    message = Text(
        f"问题超过 {MOST_PROBLEMS:,} 个，其余未列出",
        f"there are more than {MOST_PROBLEMS:,} problems; the others are not told",
    )
    return Problem(MORE, message, Position(root.file.name), fix=Text("先改正以上各项", "mend these first"))


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
    if kind in _BOUNDS:
        bound = context[_BOUNDS[kind]]
        message = {
            "ge": Text(f"应不小于 {bound}", f"must be at least {bound}"),
            "le": Text(f"应不大于 {bound}", f"must be at most {bound}"),
        }[_BOUNDS[kind]]
        return Problem("R003", message, node.position)
    message = _MESSAGES.get(kind, Text("内容不对", f"not valid ({detail['msg']})"))
    return Problem("R003", message, node.position, fix=_plain_fix(node) if isinstance(node, Scalar) else None)


def _plain_fix(node: Scalar) -> Text | None:
    """What to write where full-width characters stand for plain ones."""
    plain = unicodedata.normalize("NFKC", node.text)
    if plain != node.text and plain.isdigit():
        return Text(f"用半角数字写成 {plain}", f"write {plain}, in plain digits")
    if number := _NUMBER_AND_UNIT.fullmatch(plain):
        return Text(f"只写 {number[1]}", f"write {number[1]} only")
    return wide_sign(node.text)


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
    return Problem("R002", message, position, fix=_key_meant(key, path[:-1]))


def _key_meant(key: str, owner: tuple[str | int, ...]) -> Text | None:
    """A key of ``owner`` that resembles this one, and where this one has a place."""
    from engine.ruleset.places import keys_at, places_of

    here = keys_at(owner)
    fixes = [fix] if (fix := key_fix(key, here)) is not None else []
    if places := places_of(key):
        zh, en = "、".join(one.zh for one in places), ", ".join(one.en for one in places)
        fixes.append(Text(f"“{key}”写在{zh}之下", f"'{key}' stands under {en}"))
    if not fixes and not key.replace("_", "").isalnum():
        fixes = [_QUOTE_IT]
    if not fixes:
        fixes = [possible(here)]
    zh, en = "".join(one.zh for one in fixes), " ".join(one.en for one in fixes)
    return Text(zh, en) if fixes else None
