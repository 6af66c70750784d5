"""What stands beside the facts: claimed scores, judgements, waivers, explanations, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import Problem, Problems, Text, first_at, text_list
from engine.facts.conventions import Convention
from engine.facts.model import Evidence, Judgement, Waiver
from engine.facts.readings import Conventions
from engine.facts.refusals import why_not
from engine.facts.values import ON_ONE_LINE, ONE_LINE, fact_paths, too_long
from engine.language.numbers import MalformedValue, Rational, format_exact, parse_number, parse_ratio
from engine.language.terms import Kind, Type
from engine.ruleset.model import ROOT, Criterion, Rule, Ruleset, TierScore, Unseen
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar, Sequence, break_at
from engine.suggestions import offered, possible, suggestion
from engine.yaml_slips import key_fix

MAX_REMARK = 10_000
"""Characters of an explanation, a reason, a source: what people write beside the figures."""


def waivable_by_title(ruleset: Ruleset) -> dict[str, tuple[Rule, ...]]:
    """The waivable rules in the criterion of each title; of a title that several criteria have, those of all."""
    found: dict[str, tuple[Rule, ...]] = {}
    for node in ruleset.criteria.values():
        below = {one.id for one in node.subtree()}
        rules = tuple(one for one in ruleset.rules if one.waivable and one.criterion.id in below)
        for title in dict.fromkeys((node.title.zh, node.title.en)):
            found[title] = tuple(dict.fromkeys([*found.get(title, ()), *rules]))
    return found


class AttachmentReader:
    """Reads the parts of a facts file other than ``facts``; problems gather in ``problems``.

    With ``conventions`` its texts are those of cells, as for :class:`engine.facts.values.ValueReader`.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        root: MappingNode,
        problems: Problems,
        conventions: Conventions | None = None,
    ) -> None:
        self.conventions = conventions
        self.ruleset = ruleset
        self.root = root
        self.problems = problems

    def report(self, code: str, message: Text, node: Node, path: str, fix: Text | None = None) -> None:
        self.problems.append(Problem(code, message, node.position, path, fix))

    # Small readers

    def section(self, name: str) -> MappingNode | None:
        node = self.root.get(name)
        if node is None or isinstance(node, MappingNode):
            return node
        if not (isinstance(node, Scalar) and node.is_null):
            self.report(
                "F005", Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"), node, name
            )
        return None

    def text(self, owner: MappingNode, key: str, path: str, *, required: bool = True) -> str:
        node = owner.get(key)
        if isinstance(node, Scalar) and not node.is_null and node.text.strip():
            return self.remark(node, path)
        if node is not None and not isinstance(node, Scalar):
            message = Text(f"{key} 应为文字", f"'{key}' is a text")
            self.report("F005", message, node, path)
        elif required:
            self.report("F001", Text(f"缺少 {key}", f"'{key}' is missing"), owner, path)
        return ""

    def remark(self, node: Scalar, path: str) -> str:
        """The text, held to its length."""
        if len(node.text) > MAX_REMARK:
            self.problems.append(too_long(MAX_REMARK, node, path))
        return node.text.strip()

    def number(self, node: Node | None, path: str, column: str, kind: Kind = Kind.POINTS) -> Rational | None:
        if not isinstance(node, Scalar):
            if node is not None:
                self.report("F005", Text("此处应为一个数", "a number is wanted here"), node, path)
            return None
        type_ = Type(kind)
        try:
            if self.conventions is not None and not node.is_null:
                node.text = self.conventions.typed(node, type_, column)
            return parse_ratio(node.text) if kind == Kind.RATIO else parse_number(node.text)
        except MalformedValue as malformed:
            error = why_not(node.text, type_, "") or malformed
            self.report("F007", error.reason, node, path, error.fix)
            return None

    def known_keys(self, owner: MappingNode, known: Iterable[str], path: str) -> None:
        names = list(known)
        for key, entry in owner.entries.items():
            if key not in names:
                message = Text(f"不认识的键“{key}”", f"there is no key '{key}' here")
                self.report("F002", message, entry.key, f"{path}.{key}", offered(key_fix(key, names), names))

    def criterion(self, key: str, node: Node, path: str) -> Criterion | None:
        """The criterion called ``key``, by id or title."""
        found = self.ruleset.criteria.get(ROOT if key == "总分" else key)
        titled = [one for one in self.ruleset.criteria.values() if key in (one.title.zh, one.title.en)]
        if found is None and len(titled) == 1:
            return titled[0]
        if found is None:
            message = Text(f"没有指标“{key}”", f"there is no criterion '{key}'")
            titles = [one.title.zh for one in self.ruleset.criteria.values()]
            fix = suggestion(key, [*self.ruleset.criteria, *titles]) or possible([*self.ruleset.criteria])
            if titled:
                ids = text_list(one.id for one in titled)
                message = Text(f"“{key}”是几个指标的名称", f"'{key}' is the title of several criteria")
                fix = Text(f"写 id：{ids.zh} 之一", f"write the id: one of {ids.en}")
            self.report("F002", message, node, path, fix)
        return found

    def stated_twice(self, key: str, criterion: Criterion, node: Node, path: str, first: Scalar) -> None:
        there, title = first_at(first.position), criterion.title
        message = Text(
            f"“{key}”与“{first.text}”是同一指标：{title.zh}{there.zh}",
            f"'{key}' and '{first.text}' are the same criterion: {title.en}{there.en}",
        )
        self.report("F004", message, node, path, Text("删去一个", "remove one"))

    # The parts

    def claimed(self) -> dict[str, Rational]:
        claims: dict[str, Rational] = {}
        keys: dict[str, Scalar] = {}
        section = self.section("claimed")
        for key, entry in section.entries.items() if section else ():
            path = f"claimed.{key}"
            criterion = self.criterion(key, entry.key, path)
            points = self.number(entry.value, path, "claimed")
            if criterion is not None and criterion.id in keys:
                self.stated_twice(key, criterion, entry.key, path, keys[criterion.id])
            elif criterion is not None:
                keys[criterion.id] = entry.key
                if points is not None:
                    claims[criterion.id] = points
        for one in self.ruleset.criteria.values():
            if isinstance(one.score, Unseen):
                self.check_unseen(one, claims, section or self.root)
        return claims

    def check_unseen(self, one: Criterion, claims: Mapping[str, Rational], holder: Node) -> None:
        path = f"claimed.{one.id}"
        claim = claims.get(one.id)
        if claim is None:
            message = Text(
                f"{one.title.zh}只知分值，须填自评得分",
                f"only the points of this row are known ({one.title.en}): its claimed score is needed",
            )
            self.report("F001", message, holder, path)
        elif not 0 <= claim <= one.points:
            message = Text(
                f"自评得分应在 0 到 {format_exact(one.points)} 之间",
                f"the claim lies between 0 and {format_exact(one.points)}",
            )
            self.report("F008", message, holder, path)

    def judgements(self) -> dict[str, Judgement]:
        read: dict[str, Judgement] = {}
        keys: dict[str, Scalar] = {}
        section = self.section("judgements")
        for key, entry in section.entries.items() if section else ():
            path = f"judgements.{key}"
            criterion = self.criterion(key, entry.key, path)
            if criterion is None:
                continue
            if criterion.id in keys:
                self.stated_twice(key, criterion, entry.key, path, keys[criterion.id])
            elif not criterion.is_judged:
                message = Text("这个指标不由评审人裁量", "this criterion is not left to an assessor")
                self.report("F010", message, entry.key, path, Text("删去", "remove it"))
            elif not isinstance(entry.value, MappingNode):
                self.report(
                    "F005",
                    Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"),
                    entry.value,
                    path,
                )
            else:
                keys[criterion.id] = entry.key
                read[criterion.id] = self.judgement(criterion, entry.value, path)
        for one in self.ruleset.criteria.values():
            if one.is_judged and one.id not in read and not self.mentions(section, one):
                message = Text(
                    f"缺少评审意见（{one.title.zh}）", f"the assessor's judgement is missing ({one.title.en})"
                )
                fix = Text("不扣分也要写明", "state it, even where nothing is deducted")
                self.report("F001", message, section or self.root, f"judgements.{one.id}", fix)
        return read

    def mentions(self, section: MappingNode | None, one: Criterion) -> bool:
        return section is not None and any(
            key in section.entries for key in (one.id, one.title.zh, one.title.en)
        )

    def judgement(self, criterion: Criterion, node: MappingNode, path: str) -> Judgement:
        by, reason = self.text(node, "by", path), self.text(node, "reason", path)
        if break_at(by) >= 0:
            self.report("F026", ONE_LINE, node.entries["by"].value, f"{path}.by", ON_ONE_LINE)
        if not isinstance(criterion.score, TierScore):
            self.known_keys(node, ("deduct", "by", "reason"), path)
            deduct = self.number(node.get("deduct"), f"{path}.deduct", "judgements.deduct")
            if node.get("deduct") is None:
                self.report(
                    "F001",
                    Text("缺少 deduct", "'deduct' is missing"),
                    node,
                    path,
                    Text("不扣分写 0", "write 0 for none"),
                )
            elif deduct is not None and deduct < 0:
                self.report("F008", Text("扣分不能为负", "a deduction is not negative"), node, path)
            return Judgement(by, reason, deduct)
        self.known_keys(node, ("tier", "coefficient", "by", "reason"), path)
        name = self.text(node, "tier", path)
        tiers = criterion.score.tiers
        tier = tiers.get(name) or next(
            (one for one in tiers.values() if name in (one.title.zh, one.title.en)), None
        )
        coefficient = self.number(
            node.get("coefficient"), f"{path}.coefficient", "judgements.coefficient", Kind.RATIO
        )
        if node.get("coefficient") is None:
            self.report("F001", Text("缺少 coefficient", "'coefficient' is missing"), node, path)
        if name and tier is None:
            self.report(
                "F002",
                Text(f"没有档次“{name}”", f"there is no tier '{name}'"),
                node,
                path,
                suggestion(name, [*tiers]) or possible([*tiers]),
            )
        elif tier is not None and coefficient is not None and not tier.allowed.contains(coefficient):
            message = Text(
                f"系数不在“{tier.title.zh}”档的范围内",
                f"the coefficient is outside the tier '{tier.title.en}'",
            )
            self.report("F008", message, node, path)
        return Judgement(by, reason, None, tier.id if tier else "", coefficient)

    def waivers(self, keys: Mapping[str, Mapping[str, object]]) -> dict[tuple[str, str], Waiver]:
        read: dict[tuple[str, str], Waiver] = {}
        first: dict[tuple[str, str], Node] = {}
        node = self.root.get("waivers")
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return read
        if not isinstance(node, Sequence):
            self.report("F005", Text("此处应为列表", "a list is wanted here"), node, "waivers")
            return read
        for index, item in enumerate(node.items):
            path = f"waivers[{index + 1}]"
            if not isinstance(item, MappingNode):
                self.report(
                    "F005",
                    Text("此处应为映射（键: 值）", "a mapping (key: value) is wanted here"),
                    item,
                    path,
                )
                continue
            waiver = self.waiver(item, keys, path)
            if waiver is not None and (waiver.rule, waiver.record) in read:
                self.waived_twice(waiver, item, path, first[waiver.rule, waiver.record])
            elif waiver is not None:
                read[waiver.rule, waiver.record], first[waiver.rule, waiver.record] = waiver, item
        return read

    def waived_twice(self, waiver: Waiver, node: Node, path: str, first: Node) -> None:
        there = first_at(first.position)
        record = (
            Text(f"，记录 {waiver.record}", f", record {waiver.record}") if waiver.record else Text("", "")
        )
        message = Text(
            f"同一豁免写了两次：{waiver.rule}{record.zh}{there.zh}",
            f"the same waiver is here twice: {waiver.rule}{record.en}{there.en}",
        )
        self.report("F006", message, node, path, Text("删去一个", "remove one"))

    def waiver(self, node: MappingNode, keys: Mapping[str, Mapping[str, object]], path: str) -> Waiver | None:
        self.known_keys(node, ("rule", "record", "reason", "evidence"), path)
        name, reason = self.text(node, "rule", path), self.text(node, "reason", path)
        record = self.text(node, "record", path, required=False)
        evidence = self.text(node, "evidence", path, required=False)
        rule = self.ruleset.rule(name) or self.rule_titled(node, name)
        if not name:
            return None
        if rule is None:
            message = Text(f"没有规则“{name}”", f"there is no rule '{name}'")
            self.report("F002", message, node, path, self.rule_meant(name))
            return None
        if not rule.waivable:
            message = Text(f"规则“{name}”不可豁免", f"the rule '{name}' cannot be waived")
            self.report(
                "F010",
                message,
                node,
                path,
                Text(
                    "删去；或在规则集中写 waivable: true", "remove it, or write waivable: true in the ruleset"
                ),
            )
        known = keys.get(rule.each.name, {}) if rule.each is not None else None
        if known is None and record:
            self.report(
                "F010",
                Text("这条规则不针对记录，删去 record", "this rule is not about records; remove 'record'"),
                node,
                path,
            )
        elif known is not None and record not in known:
            message = (
                Text(f"没有记录“{record}”", f"there is no record '{record}'")
                if record
                else Text("缺少 record", "'record' is missing")
            )
            self.report("F002", message, node, path, suggestion(record, known) or possible(known))
        return Waiver(rule.id, record, reason, evidence)

    def rule_titled(self, node: MappingNode, name: str) -> Rule | None:
        """The rule that a cell means by its criterion's title, where nothing else can be meant."""
        written = node.get("rule")
        meant = waivable_by_title(self.ruleset).get(name, ())
        if self.conventions is None or len(meant) != 1 or not isinstance(written, Scalar):
            return None
        self.conventions.note("waivers.rule", Convention.TITLE, name, meant[0].id, written.position)
        written.text = meant[0].id
        return meant[0]

    def rule_meant(self, name: str) -> Text | None:
        """What to write for a rule that is not there."""
        by_title = waivable_by_title(self.ruleset)
        titled = [one.id for one in by_title.get(name, ())]
        if not titled:
            known = [one.id for one in self.ruleset.rules if one.waivable]
            if self.conventions is not None:
                known += [title for title, rules in by_title.items() if len(rules) == 1]
            return suggestion(name, known) or possible(known)
        listed = text_list(titled)
        if len(titled) == 1:
            return Text(f"写规则的 id：{listed.zh}", f"write the rule's id: {listed.en}")
        return Text(f"写规则的 id：{listed.zh} 之一", f"write the rule's id: one of {listed.en}")

    def explanations(self) -> dict[str, str]:
        section = self.section("explanations")
        if section is None:
            return {}
        self.known_keys(
            section, [rule.id for rule in self.ruleset.rules if rule.kind == "explain"], "explanations"
        )
        return {key: self.text(section, key, f"explanations.{key}") for key in section.entries}

    def evidence(self, paths: set[str]) -> dict[str, Evidence]:
        read: dict[str, Evidence] = {}
        section = self.section("evidence")
        listed = sorted(fact_paths(self.ruleset, {}))
        for key, entry in section.entries.items() if section else ():
            path = f"evidence.{key}"
            if key not in paths:
                message = Text(f"没有事实“{key}”", f"there is no fact '{key}'")
                self.report("F002", message, entry.key, path, suggestion(key, paths) or possible(listed))
            elif isinstance(entry.value, Scalar):
                self.remark(entry.value, path)
                read[key] = Evidence(entry.value.text)
            elif isinstance(entry.value, MappingNode):
                self.known_keys(entry.value, ("source", "page", "status", "note"), path)
                page, status, note = (
                    self.text(entry.value, one, path, required=False) for one in ("page", "status", "note")
                )
                read[key] = Evidence(self.text(entry.value, "source", path), page, status, note)
            else:
                self.report(
                    "F005",
                    Text("此处应为映射或文字", "a mapping or a text is wanted here"),
                    entry.value,
                    path,
                )
        return read
