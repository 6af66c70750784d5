"""Everything that people read has its text, in both languages where one of them is used.

A parameter without a label appears in messages and forms under its id. Texts that are Chinese only
are told once for the whole ruleset, and only where others have English beside them: a ruleset that
is written in Chinese throughout is complete.

PASS::

    filing_days: {value: 7, type: days, label: {zh: 备案期限, en: Filing deadline}}

FAIL: no label::

    filing_days: {value: 7, type: days}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import key_position, owner_of, parts_of
from engine.ruleset.document import Bilingual
from engine.ruleset.model import Ruleset
from engine.source import node_at

CHECK = Check("R115", Text("文字齐全", "texts are there"), "warning")

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_HOLE = re.compile(r"\{[^{}]*\}")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each missing or empty text, and one for all that lack their English."""
    root = ruleset.source
    for name, parameter in ruleset.document.parameters.items():
        if parameter.label is None:
            message, fix = Text("没有 label", "there is no label"), Text("写 label: …", "write label: …")
            yield CHECK.problem(message, key_position(root, ("parameters", name)), name, fix)
    untranslated, translated = [], 0
    for path, text in parts_of(ruleset.document, Bilingual):
        if not text.zh.strip() or not text.en.strip():
            where = key_position(root, path)
            yield CHECK.problem(Text("文字是空的", "the text is empty"), where, owner_of(root, path))
        elif text.zh != text.en:
            translated += 1
        elif path[-2:] == ("options", text.zh):
            continue  # an option is what people call it
        elif _CHINESE.search(_HOLE.sub("", text.zh)):
            untranslated.append(path)
    if untranslated and translated:
        count = len(untranslated)
        message = Text(
            f"{count} 处文字只有中文（这是第一处）", f"{count} texts are Chinese only (this is the first)"
        )
        fix = Text("写 {zh: …, en: …}", "write {zh: …, en: …}")
        yield CHECK.problem(
            message, node_at(root, untranslated[0]).position, owner_of(root, untranslated[0]), fix
        )
