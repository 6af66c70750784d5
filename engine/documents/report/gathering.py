"""A report's content, gathered from one scoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import asdict, replace

from engine import __version__
from engine.documents.report.content import Bar, Claim, Entry, EvidenceRow, FigureGroup, Report, Section, Step
from engine.documents.report.improvements import improvements
from engine.errors import Text, one_line
from engine.explanation import RuleDecision
from engine.language.numbers import ZERO, Rational
from engine.language.terms import Kind
from engine.ledger.lines import Line, NodeScore
from engine.ruleset.model import Fact, Rule
from engine.view import View

STATUSES = {
    "published": Text("来源载明", "published"),
    "corrected": Text("已更正", "corrected"),
    "reconstructed": Text("还原", "reconstructed"),
    "extracted": Text("摘录", "extracted"),
}
"""How sure the source is of a fact; other words are shown as they stand."""

MOST_STEPS = 12
"""Steps of a waterfall before the smallest are drawn together."""


def report_of(view: View) -> Report:
    """Everything a report tells, in the view's language."""
    return _Gatherer(view).report()


class _Gatherer:
    def __init__(self, view: View) -> None:
        self.view = view
        self.scoring = view.scoring
        self.facts = view.facts
        self.ruleset = view.ruleset
        self.decisions: dict[str, dict[str, RuleDecision]] = {}
        self.scalars = {fact.name: fact for fact in self.ruleset.schema.scalars()}
        self.records = {
            name: {
                str(record[one.fields[one.key].place]): record
                for record in self.facts.slots[one.records.slot]
            }
            for name, one in self.ruleset.schema.lists.items()
        }
        self.colon = self.say(Text("：", ": "))

    def say(self, text: Text) -> str:
        return one_line(self.view.say(text))

    def report(self) -> Report:
        view, root, ruleset = self.view, self.scoring.root, self.ruleset
        total_claim = view.claims.get(root.criterion.id)
        lines = list(zip(self.scoring.lines, self.entries(), strict=True))
        return Report(
            language=view.language,
            department=one_line(self.facts.department),
            year=self.facts.year,
            title=self.say(ruleset.title),
            authority=one_line(ruleset.authority),
            ruleset=ruleset.id,
            total=view.points(self.scoring.total),
            full=view.points(root.full),
            grade=one_line(self.scoring.grade),
            lost=view.points(root.lost),
            claimed_total=view.points(total_claim.claimed) if total_claim else self.summed_claims(),
            bars=tuple(self.bars(root)),
            steps=self.steps(),
            entries=tuple(entry for _, entry in lines),
            sections=tuple(self.section(node, lines) for node in root.children),
            claims=tuple(self.claims()),
            open_points=tuple((one_line(why), one_line(given)) for why, given in view.open_points()),
            warnings=tuple(self.say(one.message) for one in self.view.scoring.warnings),
            evidence=tuple(self.evidence()),
            improvements=tuple(improvements(view)),
            figures=tuple(self.figures()),
            digests=(
                (self.say(Text("规则集", "ruleset")), f"{ruleset.id} {ruleset.digest}"),
                (self.say(Text("事实", "facts")), self.facts.digest),
                (self.say(Text("程序", "engine")), __version__),
            ),
        )

    def summed_claims(self) -> str:
        """The claims of the first level together, where all of them are there and simply add up."""
        root = self.scoring.root
        claims = [self.view.claims.get(node.criterion.id) for node in root.children]
        if root.criterion.roll != "sum" or not claims:
            return ""
        total = ZERO
        for claim in claims:
            if claim is None:
                return ""
            total += claim.claimed
        return self.view.points(total)

    # Points

    def bars(self, node: NodeScore, depth: int = 0) -> Iterator[Bar]:
        for child in node.children:
            yield self.bar(child, depth)
            yield from self.bars(child, depth + 1)

    def bar(self, node: NodeScore, depth: int) -> Bar:
        view, one = self.view, node.criterion
        share = min(max(node.earned / node.full, ZERO), Rational(1)) if node.full else ZERO
        return Bar(
            one.id,
            depth,
            self.say(one.title),
            view.points(node.full if node.in_play else one.points),
            view.points(node.earned) if node.in_play else "—",
            view.points(node.lost) if node.in_play else "—",
            one_line(view.note(node)),
            share,
            not node.children,
            node.in_play,
        )

    def steps(self) -> tuple[Step, ...]:
        """The losses by criterion, in the order of the table; the smallest drawn together."""
        losses: dict[str, Rational] = {}
        for line in self.scoring.lines:
            losses[line.criterion.id] = losses.get(line.criterion.id, ZERO) + line.applied
        moved = {name: loss for name, loss in losses.items() if loss}
        kept = sorted(moved, key=lambda name: -abs(moved[name]))[:MOST_STEPS]
        if len(moved) <= MOST_STEPS + 1:
            kept = list(moved)
        steps: list[Step] = []
        at, rest, drawn = self.scoring.root.full, ZERO, 0
        for name, loss in moved.items():
            if name in kept:
                steps.append(self.step(self.say(self.title_of(name)), at, loss))
                at -= loss
            else:
                rest, drawn = rest + loss, drawn + 1
        if drawn:
            title = Text(f"其余 {drawn} 项指标", f"{drawn} other criteria")
            steps.append(self.step(self.say(title), at, rest))
        return tuple(steps)

    def step(self, title: str, at: Rational, loss: Rational) -> Step:
        shown = self.view.points(abs(loss)) if loss else self.view.points(loss)
        return Step(title, f"−{shown}" if loss > 0 else f"+{shown}", at, at - loss)

    def title_of(self, name: str) -> Text:
        criterion = self.ruleset.criteria[name]
        return Text("全表", "whole table") if criterion.parent is None else criterion.title

    def section(self, node: NodeScore, lines: list[tuple[Line, Entry]]) -> Section:
        inside = {one.id for one in node.criterion.subtree()}
        head = self.bar(node, 0)
        claim = self.view.claims.get(node.criterion.id)
        return Section(
            head.title,
            head.points,
            head.earned,
            head.lost,
            self.view.points(claim.claimed) if claim else "",
            tuple(self.bars(node)) or (head,),
            tuple(entry for line, entry in lines if line.criterion.id in inside),
        )

    # The ledger

    def entries(self) -> Iterator[Entry]:
        for line, row in zip(self.scoring.lines, self.view.ledger(), strict=True):
            texts = {name: one_line(text) for name, text in asdict(row).items() if isinstance(text, str)}
            yield Entry(replace(row, **texts), tuple(self.line_figures(line)))

    def line_figures(self, line: Line) -> Iterator[str]:
        """The formulas of a score, or the comparisons by which a rule fired."""
        if line.rule is not None:
            decision = self.decided(line.rule).get(line.key)
            for one in self.view.explainer.comparisons(decision) if decision is not None else ():
                margin = self.say(one.margin)
                yield one_line(f"{one.text} → {self.say(one.sides)}" + (f", {margin}" if margin else ""))
        elif line.kind == "score":
            for formula in self.view.explainer.formulas(line.criterion):
                value = self.say(formula.value)
                yield one_line(
                    f"{self.say(formula.name)} = {formula.written} = {formula.with_numbers} = {value}"
                )

    def decided(self, rule: Rule) -> Mapping[str, RuleDecision]:
        """What was decided of ``rule``, by record; explained once, however many lines ask."""
        if rule.id not in self.decisions:
            self.decisions[rule.id] = {
                one.key: one for one in self.view.explainer.decisions(rule) if one.fired
            }
        return self.decisions[rule.id]

    # Beside the points

    def claims(self) -> Iterator[Claim]:
        for claim in self.scoring.claims:
            yield Claim(
                self.say(self.title_of(claim.criterion)),
                self.view.points(claim.claimed),
                self.view.points(claim.computed),
                self.view.signed(claim.difference),
                not claim.difference,
            )

    def evidence(self) -> Iterator[EvidenceRow]:
        for path, one in self.facts.evidence.items():
            yield EvidenceRow(
                self.fact_name(path), self.fact_value(path), *map(one_line, (one.source, one.page, one.status, one.note))
            )  # fmt: skip

    def fact_name(self, path: str) -> str:
        """The labels along a path: 政府采购合同 HT-01 备案日期."""
        schema = self.ruleset.schema
        name, _, rest = path.partition("[")
        key, _, field = rest.partition("]")
        if name in schema.lists:
            records = schema.lists[name]
            labels = [self.say(records.label), key]
            labels += [self.say(records.fields[field[1:]].label)] if field[1:] in records.fields else []
            return one_line(" ".join(label for label in labels if label))
        if path in schema.groups:
            return self.say(schema.groups[path].label)
        group, _, _ = path.rpartition(".")
        labels = [self.say(schema.groups[group].label)] if group in schema.groups else []
        return self.colon.join(
            [*labels, self.say(self.scalars[path].label) if path in self.scalars else path]
        )

    def fact_value(self, path: str) -> str:
        """The value of one fact; empty for a group, a list or a record."""
        name, _, rest = path.partition("[")
        key, _, field = rest.partition("]")
        if name in self.records:
            fact = self.ruleset.schema.lists[name].fields.get(field[1:])
            record = self.records[name].get(key)
            return self.shown(fact, record[fact.place]) if fact is not None and record is not None else ""
        scalar = self.scalars.get(path)
        return self.shown(scalar, self.facts.slots[scalar.place]) if scalar is not None else ""

    def shown(self, fact: Fact, value: object) -> str:
        return self.say(self.view.explainer.formats.show(value, fact.type))  # type: ignore[arg-type]

    def figures(self) -> Iterator[FigureGroup]:
        schema = self.ruleset.schema
        if schema.facts:
            yield self.group("", self.say(Text("基本事实", "Facts")), schema.facts)
        for name, group in schema.groups.items():
            yield self.group(name, self.say(group.label), group.facts)

    def group(self, name: str, title: str, facts: Mapping[str, Fact]) -> FigureGroup:
        values = {key: self.shown(one, self.facts.slots[one.place]) for key, one in facts.items()}
        figures = tuple((self.say(one.label), values[key]) for key, one in facts.items())
        is_money = all(one.type.kind == Kind.MONEY for one in facts.values())
        return FigureGroup(name, title, is_money, figures, values)
