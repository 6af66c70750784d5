"""Which keys stand where in a ruleset document, as its models say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from engine.errors import Text, same
from engine.ruleset.document import RulesetDocument


def keys_at(path: Sequence[str | int]) -> list[str]:
    """The keys that the mapping at ``path`` may have."""
    forms: list[Any] = [RulesetDocument]
    for step in path:
        forms = [inner for form in forms for inner in _within(form, step)]
    return sorted({key for form in forms if _is_model(form) for key in _fields(form)})


@cache
def places_of(key: str) -> tuple[Text, ...]:
    """What ``key`` may stand under: other keys, or nothing."""
    found = {
        name: same(name)
        for model in _models(RulesetDocument)
        for name, annotation in _fields(model).items()
        if any(_is_model(form) and key in _fields(form) for form in _contents(annotation))
    }
    top = (Text("最上层", "the document itself"),) if key in _fields(RulesetDocument) else ()
    return (*found.values(), *top)


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and issubclass(form, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _within(form: Any, step: str | int) -> Iterator[Any]:
    """What stands in a form at one step of a path."""
    if _is_model(form):
        annotation = _fields(form).get(str(step))
        if annotation is not None:
            yield from _alternatives(annotation)
    elif get_origin(form) is list:
        yield from _alternatives(get_args(form)[0])
    elif get_origin(form) is dict:
        yield from _alternatives(get_args(form)[1])


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _contents(annotation: Any) -> Iterator[Any]:
    """The forms of the annotation, and those of what its lists and mappings hold."""
    for form in _alternatives(annotation):
        yield form
        if get_origin(form) in (list, dict):
            yield from _contents(get_args(form)[-1])


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and all those within it."""
    found: dict[type[BaseModel], None] = {}
    waiting = [model]
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found[one] = None
            forms = [form for annotation in _fields(one).values() for form in _contents(annotation)]
            waiting += [form for form in forms if _is_model(form)]
    return list(found)
