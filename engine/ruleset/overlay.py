"""``extends``: a year written as changes to another year.

The overlay's tree is laid over the base's before anything is validated. Mappings are merged key
by key; in lists, entries are matched by ``id`` (examples by ``name``), new ones are added at the
end and ``remove: true`` drops one; lists without ids are replaced whole, and so are ``basis``, ``score``,
``judged`` and ``combine``, whose keys only make sense together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.errors import Problem, RulesetError, Text
from engine.source import Entry, Mapping, Node, Scalar, Sequence
from engine.suggestions import suggestion

REPLACED_WHOLE = frozenset({"score", "judged", "combine", "basis"})

Load = Callable[[str], Node]
"""Finds a ruleset by its id and reads it; raises RulesetError where it cannot."""


def resolve(root: Node, load: Load) -> Node:
    """``root`` laid over everything it extends, nearest last."""
    chain = [root]
    seen = {_text(root, "ruleset")}
    while (extends := _extends(chain[-1])) is not None:
        if extends.text in seen:
            ids = " → ".join([*(_text(one, "ruleset") for one in chain), extends.text])
            message = Text(f"extends 绕成了圈（{ids}）", f"'extends' goes round in a circle ({ids})")
            raise RulesetError([Problem("R011", message, extends.position)])
        seen.add(extends.text)
        chain.append(load_extended(extends, load))
    result = chain.pop()
    while chain:
        result = _laid_over(result, chain.pop())
    return result


def load_extended(extends: Scalar, load: Load) -> Node:
    """The base, with errors about finding it told at the place that asks for it."""
    try:
        return load(extends.text)
    except RulesetError as error:
        if all(problem.code == "R010" for problem in error.problems):
            raise RulesetError(
                Problem(problem.code, problem.message, extends.position, "extends", problem.fix)
                for problem in error.problems
            ) from None
        raise


def _extends(root: Node) -> Scalar | None:
    found = root.get("extends") if isinstance(root, Mapping) else None
    if found is None or isinstance(found, Scalar):
        return found
    message = Text("extends 应为一个规则集的 id", "'extends' is the id of one ruleset")
    raise RulesetError([Problem("R010", message, found.position)])


def _text(root: Node, key: str) -> str:
    found = root.get(key) if isinstance(root, Mapping) else None
    return found.text if isinstance(found, Scalar) else ""


def _laid_over(base: Node, overlay: Node) -> Node:
    if isinstance(base, Mapping) and isinstance(overlay, Mapping):
        return _merged_mapping(base, overlay)
    if (
        isinstance(base, Sequence)
        and isinstance(overlay, Sequence)
        and _key(base)
        and _key(base) == _key(overlay)
    ):
        return _merged_sequence(base, overlay, _key(base))
    return overlay


def _merged_mapping(base: Mapping, overlay: Mapping) -> Mapping:
    entries = {key: entry for key, entry in base.entries.items() if key != "extends"}
    for key, entry in overlay.entries.items():
        if key == "extends":
            continue
        if _is_removed(entry.value):
            _require_there(key, base.entries, entry.key)
            del entries[key]
        elif key in entries and key not in REPLACED_WHOLE:
            entries[key] = Entry(entry.key, _laid_over(entries[key].value, entry.value))
        else:
            entries[key] = Entry(entry.key, _added(entry.value, key, base.entries))
    return Mapping(overlay.file, overlay.start, entries)


def _merged_sequence(base: Sequence, overlay: Sequence, key: str) -> Sequence:
    _require_different(base, key)
    _require_different(overlay, key)
    items = {_text(item, key): item for item in base.items}
    for item in overlay.items:
        name = _text(item, key)
        if _is_removed(item):
            _require_there(name, items, item)
            del items[name]
        elif name in items:
            items[name] = _laid_over(items[name], item)
        else:
            items[name] = _added(item, name, [_text(one, key) for one in base.items])
    return Sequence(overlay.file, overlay.start, list(items.values()))


def _require_different(node: Sequence, key: str) -> None:
    """Two entries of one name would be laid one over the other, and one of them be gone."""
    seen: dict[str, Node] = {}
    for item in node.items:
        name = _text(item, key)
        if name in seen:
            line = seen[name].position.line
            message = Text(
                f"“{name}”在此列表中重复（第 {line} 行已有）",
                f"'{name}' is in this list twice (first in line {line})",
            )
            raise RulesetError(
                [Problem("R040", message, item.position, fix=Text("改名或删去一个", "rename or remove one"))]
            )
        seen[name] = item


def _key(node: Sequence) -> str:
    """The key that tells the items apart, if every item has it; an empty list matches nothing."""
    for key in ("id", "name"):
        if node.items and all(isinstance(item, Mapping) and key in item.entries for item in node.items):
            return key
    return ""


def _added(node: Node, name: str, known: Iterable[str]) -> Node:
    """What the overlay adds; where it turns out to lack something, its name may be a slip for one of the base's."""
    if isinstance(node, Mapping):
        meant = suggestion(name, list(known))
        hint = Text(
            f"基础规则集没有“{name}”，按新增处理", f"the base has no '{name}', so this is a new entry"
        )
        if meant is not None:
            hint = Text(f"{hint.zh}；{meant.zh}", f"{hint.en}; {meant.en}")
        return Mapping(node.file, node.start, node.entries, hint)
    return node


def _is_removed(node: Node) -> bool:
    removed = node.get("remove") if isinstance(node, Mapping) else None
    if removed is None or (isinstance(removed, Scalar) and removed.text == "true"):
        return removed is not None
    message = Text("remove 只能写 true", "'remove' is written with true")
    raise RulesetError(
        [Problem("R012", message, removed.position, fix=Text("写 remove: true", "write remove: true"))]
    )


def _require_there(name: str, known: Iterable[str], node: Node) -> None:
    if name not in known:
        message = Text(f"没有“{name}”可以删去", f"there is no '{name}' to remove")
        raise RulesetError([Problem("R012", message, node.position, fix=suggestion(name, list(known)))])
