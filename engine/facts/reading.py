"""A facts file read whole: every problem found and told at once, with its place."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.errors import (
    MOST_PROBLEMS,
    FactsError,
    Position,
    Problem,
    Problems,
    Text,
    TooManyProblems,
)
from engine.facts.attachments import AttachmentReader
from engine.facts.identities import check_identities
from engine.facts.model import Facts
from engine.facts.readings import Conventions
from engine.facts.totals import is_total, total_problem
from engine.facts.values import MAX_NAME, ON_ONE_LINE, ONE_LINE, ValueReader, fact_paths, too_long
from engine.facts.waivers import WaiverReader
from engine.ruleset.model import Ruleset
from engine.source import (
    MAX_PROBLEMS,
    Mapping,
    Node,
    Scalar,
    break_at,
    digest_of,
    hidden_characters,
    plain,
    read_source,
)
from engine.suggestions import offered
from engine.yaml_slips import key_fix

SECTIONS = (
    "department", "year", "ruleset", "facts", "evidence", "claimed", "judgements", "waivers", "explanations",
)  # fmt: skip


_YEAR = re.compile(r"[\s“‘\"']*(\d{4})(?:\.0+)?\s*(?:年度?)?[\s”’\"']*")
"""A year as people write it, with more than its digits."""
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def load_facts(path: Path, ruleset: Ruleset) -> Facts:
    """The facts in the YAML or JSON file at ``path``, for ``ruleset``.

    Raises :class:`FactsError` with everything that makes them unusable.
    """
    return read_facts(read_source(path, FactsError), ruleset)


def ruleset_of(root: Node) -> str:
    """The ruleset that a facts document asks for; empty where it does not say."""
    named = root.get("ruleset") if isinstance(root, Mapping) else None
    return named.text.strip() if isinstance(named, Scalar) and not named.is_null else ""


def read_facts(
    root: Node, ruleset: Ruleset, *, any_year: bool = False, conventions: Conventions | None = None
) -> Facts:
    """The facts in the document ``root``, found usable by ``ruleset``.

    ``any_year`` passes over the year, for trying another year's rules on the same facts. ``conventions`` are given
    where the values come from cells: they are then read as people write them, and ``root`` is changed to say what was
    read.
    """
    if not isinstance(root, Mapping):
        message = Text("事实文件应为映射（键: 值）", "a facts file is a mapping (key: value)")
        raise FactsError([Problem("F005", message, root.position)])
    if hidden := [*islice(hidden_characters(root), MAX_PROBLEMS)]:
        raise FactsError(hidden)
    problems = Problems()
    try:
        facts = _facts(root, ruleset, problems, conventions, any_year=any_year)
    except TooManyProblems:
        raise FactsError([*_in_order(problems), more_problems(root.file.name)]) from None
    if problems:
        raise FactsError(_in_order(problems))
    written = plain(root)  # after reading, which puts what a cell states in the place of how it is written
    return check_identities(replace(facts, document=written, digest=digest_of(written)), ruleset)


def _in_order(problems: Problems) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.where or Position(""))


def more_problems(file: str) -> Problem:
    """That there are more problems than are told."""
    message = Text(
        f"问题超过 {MOST_PROBLEMS:,} 个，其余未列出",
        f"there are more than {MOST_PROBLEMS:,} problems; the others are not told",
    )
    fix = Text("先改正以上各项", "mend these first")
    return Problem("F030", message, Position(file), fix=fix)


def _facts(
    root: Mapping, ruleset: Ruleset, problems: Problems, conventions: Conventions | None, *, any_year: bool
) -> Facts:
    for key, entry in root.entries.items():
        if key not in SECTIONS:
            message = Text(f"不认识的键“{key}”", f"there is no key '{key}' here")
            problems.append(
                Problem("F002", message, entry.key.position, key, offered(key_fix(key, SECTIONS), SECTIONS))
            )
    department = _department(root, problems)
    named = root.get("ruleset")
    if named is not None and not isinstance(named, Scalar):
        message = Text("ruleset 应为一个 id", "'ruleset' is one id")
        problems.append(Problem("F005", message, named.position, "ruleset"))
    if not any_year:
        _check_year(root, ruleset, problems)
    values = ValueReader(ruleset, problems, conventions)
    slots = _values(root, values, problems)
    others = AttachmentReader(ruleset, root, problems, conventions)
    waivers = WaiverReader(ruleset, root, problems, conventions)
    return Facts(
        department=department,
        year=ruleset.year,
        ruleset=ruleset.id,
        slots=slots,
        claimed=others.claimed(),
        judgements=others.judgements(),
        waivers=waivers.waivers(values.keys),
        explanations=others.explanations(),
        evidence=others.evidence(fact_paths(ruleset, values.keys)),
        positions=values.positions | others.positions,
        file=root.file.name,
        notes=conventions.notes() if conventions is not None else (),
    )


def _department(root: Mapping, problems: Problems) -> str:
    node = root.get("department")
    if isinstance(node, Scalar) and not node.is_null and (name := node.text.strip()):
        if break_at(name) >= 0:
            problems.append(Problem("F026", ONE_LINE, node.position, "department", ON_ONE_LINE))
        if len(name) > MAX_NAME:
            problems.append(too_long(MAX_NAME, node, "department"))
        if is_total(name):
            problems.append(total_problem(node, "department"))
        return name
    if node is not None and not isinstance(node, Scalar):
        message = Text("部门名称应为文字", "the department's name is a text")
        problems.append(Problem("F005", message, node.position, "department"))
        return ""
    message = Text("缺少部门名称", "the department's name is missing")
    problems.append(Problem("F001", message, (root if node is None else node).position, "department"))
    return ""


def _check_year(root: Mapping, ruleset: Ruleset, problems: Problems) -> None:
    node = root.get("year")
    if node is None or (isinstance(node, Scalar) and node.is_null):
        where = (root if node is None else node).position
        problems.append(Problem("F001", Text("缺少年度", "the year is missing"), where, "year"))
    elif not isinstance(node, Scalar):
        message = Text("年度应为单个值", "the year is a single value")
        problems.append(Problem("F005", message, node.position, "year"))
    elif node.text.strip() != str(ruleset.year):
        problems.append(_wrong_year(node, ruleset))


def _wrong_year(node: Scalar, ruleset: Ruleset) -> Problem:
    year = str(ruleset.year)
    shown = Text(f"“{node.text}”", f"'{node.text}'")
    if _YEAR.sub(r"\1", unicodedata.normalize("NFKC", node.text.translate(_NUMERALS))) == year:
        message = Text(f"年度{shown.zh}不只是半角数字", f"the year {shown.en} is not plain digits only")
        fix = Text(f"只写 {year}", f"write {year} only")
    else:
        message = Text(
            f"年度 {node.text} 与规则集 {ruleset.id} 的 {year} 不符",
            f"the year {node.text} is not the year of the ruleset {ruleset.id}, {year}",
        )
        fix = Text("改正年度，或换用该年的规则集", "correct the year, or use that year's ruleset")
    return Problem("F011", message, node.position, "year", fix)


def _values(root: Mapping, values: ValueReader, problems: Problems) -> tuple[Any, ...]:
    node = root.get("facts")
    if isinstance(node, Mapping):
        return values.read(node)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return values.read(Mapping(root.file, root.start))
    problems.append(
        Problem(
            "F005",
            Text("facts 应为映射（键: 值）", "'facts' is a mapping (key: value)"),
            node.position,
            "facts",
        )
    )
    return ()
