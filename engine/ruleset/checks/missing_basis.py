"""Every leaf of the criteria says where it comes from, and how firmly.

The breakdown cites the leaf's own ``basis`` beside its points; that of the branch above is not
taken over. Its ``status`` tells a reader what is published and what the editor chose: ``published``,
``framework``, ``law`` or ``modelled``. A basis given with a deduction or a parameter has a status
too.

PASS::

    - id: execution
      points: 10
      basis: {source: 财预〔2013〕53号, article: 过程—预算执行—预算完成率, status: framework}

FAIL: no status, so nobody knows whether the source prescribes the points::

    - id: execution
      points: 10
      basis: {source: 财预〔2013〕53号}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import key_position, owner_of, parts_of
from engine.ruleset.document import Basis
from engine.ruleset.model import Ruleset

CHECK = Check("R109", Text("指标都有依据", "criteria have a basis"), "warning")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each leaf without a basis, and for each basis without a status."""
    for node in ruleset.root.subtree():
        if not node.children and node.basis is None:
            message = Text("没有写依据", "there is no basis")
            fix = Text("写 basis: {source: …, status: …}", "write basis: {source: …, status: …}")
            yield CHECK.problem(message, node.position, node.id, fix)
    for path, basis in parts_of(ruleset.document, Basis):
        if basis.status is None:
            message = Text("依据没有写性质（status）", "the basis has no status")
            fix = Text(
                "写 status: published、framework、law 或 modelled",
                "write status: published, framework, law or modelled",
            )
            where = key_position(ruleset.source, path)
            yield CHECK.problem(message, where, owner_of(ruleset.source, path), fix)
