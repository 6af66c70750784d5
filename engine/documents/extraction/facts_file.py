"""What was found, as the beginning of a facts file: figures, claims, and each figure's sentence as evidence."""

from __future__ import annotations

from pathlib import Path

from engine.documents.extraction.extracting import Extraction, Finding
from engine.errors import Language, Text, one_line
from engine.ruleset.dumping import dump
from engine.ruleset.model import Ruleset
from engine.source import Entry, Mapping, Node, Scalar, SourceFile

Tree = dict[str, "Tree | str"]


def facts_file(extraction: Extraction, ruleset: Ruleset, language: Language) -> str:
    """The file's text."""
    facts: Tree = {}
    for one in extraction.facts:
        group, _, key = one.name.rpartition(".")
        owner = facts
        if group:
            inner = facts.setdefault(group, {})
            assert isinstance(inner, dict)
            owner = inner
        owner[key] = one.text
    tree: Tree = {"year": extraction.year or str(ruleset.year), "ruleset": ruleset.id}
    tree |= {"facts": facts} if facts else {}
    if extraction.claims:
        tree["claimed"] = {one.name: one.text for one in extraction.claims}
    if extraction.facts:
        tree["evidence"] = {one.name: _evidence(one, extraction, language) for one in extraction.facts}
    return dump(_node(tree, SourceFile("", "")), _comments(extraction, language))


def _evidence(one: Finding, extraction: Extraction, language: Language) -> Tree:
    note = one.note.in_language(language)
    said = one_line(f"{note}。{one.sentence}" if note else one.sentence)
    source = one_line(Path(extraction.source).name)
    return {"source": source, "page": one.place.in_language(language), "status": one.status, "note": said}


def _comments(extraction: Extraction, language: Language) -> list[str]:
    """What a person has to know before going on: this is not a complete facts file."""
    head = Text(
        "由 audit extract 摘录，须核对；部门名称和其余事实待补填。",
        "Read by audit extract: to be checked; the department's name and the other facts are still to be stated.",
    )
    comments = [head.in_language(language)]
    for doubt in extraction.doubts:
        label, why = doubt.label.in_language(language), doubt.why.in_language(language)
        comments.append(one_line(f"? {doubt.name} {label}: {why}"))
    return comments


def _node(value: Tree | str, file: SourceFile) -> Node:
    if isinstance(value, str):
        plain = value and all(character.isalnum() or character in "._/-" for character in value)
        return Scalar(file, 0, value, style="" if plain else '"')
    node = Mapping(file, 0)
    for key, one in value.items():
        node.entries[key] = Entry(Scalar(file, 0, key), _node(one, file))
    return node
