"""Whoever claims a source names it.

``published``, ``framework`` and ``law`` say that something outside the ruleset prescribes a row, so
the ``source`` is named; of a law or regulation also the ``article``. A notice that is cited by its
document number, such as 财库〔2020〕10号, has no articles. A row that the editor chose is ``modelled``
and needs no source.

PASS::

    basis: {source: 政府采购法（2014 年修正）, article: 第四十七条, status: law}

FAIL: which article?::

    basis: {source: 政府采购法（2014 年修正）, status: law}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.citations import document_number
from engine.ruleset.checks.places import owner_of, parts_of
from engine.ruleset.document import Basis
from engine.ruleset.model import Ruleset
from engine.source import node_at

CHECK = Check("R110", Text("依据写明出处", "a basis names its source"), "warning")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each basis that claims a source without naming it."""
    for path, basis in parts_of(ruleset.document, Basis):
        found = _lacking(basis)
        if found is not None:
            where = node_at(ruleset.source, (*path, "status")).position
            fix = Text("补上，或改为 status: modelled", "add it, or write status: modelled")
            yield CHECK.problem(found, where, owner_of(ruleset.source, path), fix)


def _lacking(basis: Basis) -> Text | None:
    if basis.status in (None, "modelled"):
        return None
    if not (basis.source or "").strip():
        return Text(
            f"性质为 {basis.status}，却没有写出处（source）",
            f"the status is {basis.status}, but no source is named",
        )
    if (
        basis.status == "law"
        and not (basis.article or "").strip()
        and not document_number(basis.source or "")
    ):
        return Text("性质为 law，却没有写条款（article）", "the status is law, but no article is named")
    return None
