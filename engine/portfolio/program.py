"""A ruleset as one program of columns: the query of every department's points, and those of its ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.portfolio import integers as i
from engine.portfolio.columns import Group, Step, steps
from engine.portfolio.criteria import CriterionTranslator
from engine.portfolio.decisions import choose_int
from engine.portfolio.layout import KEY, Layout
from engine.portfolio.lines import LineSource, LineTranslator
from engine.portfolio.nodes import NodeColumns
from engine.portfolio.quoting import literal, name, wrapped
from engine.portfolio.rules import RuleTranslator, contains
from engine.portfolio.values import Exact, Flag

CERTAIN, GRADE = ":certain", ":grade"


@dataclass(frozen=True)
class Program:
    """The steps from the tables to every column, and what to read of the last."""

    layout: Layout
    decimals: int
    """Points are whole numbers of ``10^-decimals``."""
    rules: RuleTranslator
    root: NodeColumns
    nodes: dict[str, NodeColumns]
    certain: str
    grade: str
    sources: tuple[LineSource, ...]

    def steps(self, *, readable: bool) -> list[Step]:
        return steps(self.rules.columns, readable=readable)

    def outputs(self) -> dict[str, str]:
        """The text of every output column, by its name."""
        made = {KEY: KEY, CERTAIN: self.certain, GRADE: self.grade}
        for text, node in self.nodes.items():
            above = self.above(node)
            earned = node.earned.sql
            made[f"={text}"] = earned if above.value is True else f"CASE WHEN {above.sql} THEN {earned} END"
        return made

    def above(self, node: NodeColumns) -> Flag:
        """Whether everything above the node applies, so that it is in the table."""
        parent = node.criterion.parent
        return Flag("TRUE") if parent is None else self.nodes[parent.id].applied

    def line_queries(self, scored: str) -> list[str]:
        return [source.sql(place, scored) for place, source in enumerate(self.sources)]

    def kept(self) -> list[str]:
        """The columns that the ledger's queries read, beside the outputs."""
        columns = self.rules.columns
        found: set[str] = set()
        for query in self.line_queries("scored"):
            found |= columns.reads(query) | columns.reads(query, "m")
        return sorted(found - {KEY})

    def query(self, *, readable: bool = False, lines: bool = True) -> str:
        """The whole query; with ``lines`` also the columns that their queries read."""
        made = self.steps(readable=readable)
        ctes = ",\n".join(
            f"{name(one.name)} AS {'MATERIALIZED ' if one.materialized else ''}(\n{one.sql}\n)"
            for one in made
        )
        outputs = [
            sql if sql == name(text) else f"{sql} AS {name(text)}" for text, sql in self.outputs().items()
        ]
        outputs += [name(text) for text in self.kept()] if lines else []
        last = name(made[-1].name) if made else "main"
        head = f"WITH {ctes}\n" if made else ""
        return f"{head}SELECT\n    {(',' + chr(10) + '    ').join(outputs)}\nFROM {last}"


def program_of(layout: Layout) -> Program:
    """Translate a ruleset. Raises :class:`RulesetError` (P001) for what columns cannot say."""
    rules = RuleTranslator(layout)
    for rule in layout.ruleset.rules:
        rules.rule(rule)
    criteria = CriterionTranslator(rules)
    root = criteria.node(layout.ruleset.root)
    _check_identities(layout, rules)
    grade = _grade(layout, rules, root)
    certain = " AND ".join(dict.fromkeys(wrapped(one) for one in rules.certain)) or "TRUE"
    sources = tuple(LineTranslator(rules).node(root))
    nodes = {one.id: criteria.nodes[one.id] for one in layout.ruleset.root.subtree()}
    return Program(layout, rules.decimals, rules, root, nodes, f"coalesce({certain}, FALSE)", grade, sources)


def _check_identities(layout: Layout, rules: RuleTranslator) -> None:
    """Where a blocking identity fails, or any has no value, the facts are refused by the direct path."""
    for identity in layout.ruleset.identities:
        with rules.columns.within(Group(f"check_{identity.id}")):
            holds = rules.terms.flag_at(identity.holds)
        if identity.blocking:
            rules.certain.append(holds.sql)
        elif not holds.sure:
            rules.certain.append(f"{wrapped(holds.sql)} IS NOT NULL")


def _grade(layout: Layout, rules: RuleTranslator, root: NodeColumns) -> str:
    grades = layout.ruleset.grades
    if not grades:
        return "''"
    # Uncertain totals are told by the departments' certainty, not by their grade.
    total = Exact(replace(root.earned, sure=True), i.constant(rules.unit))
    inside = [contains(band.allowed, total) for band in grades]
    hits = " + ".join(f"coalesce({wrapped(one.sql)}, FALSE)::INTEGER" for one in inside)
    rules.certain.append(f"{hits} = 1")
    index = i.constant(len(grades) - 1)
    for place, flag in reversed(list(enumerate(inside[:-1]))):
        index = choose_int(flag, i.constant(place), index)
    veto = layout.ruleset.root.veto
    names = [band.grade for band in grades]
    if veto is not None and veto.grade_at_most is not None:
        limit = i.constant(names.index(veto.grade_at_most))
        index = choose_int(rules.holds(veto), i.greatest(index, limit), index)
    listed = ", ".join(literal(one) for one in names)
    return f"[{listed}][({index.typed()}) + 1]"
