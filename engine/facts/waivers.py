"""Waivers: the firings of rules that do not count, each for a reason that somebody states."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, first_at, text_list
from engine.facts.conventions import Convention
from engine.facts.model import Waiver
from engine.facts.sections import A_MAPPING, SectionReader, is_absent
from engine.ruleset.model import Rule, Ruleset
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar, Sequence
from engine.suggestions import possible, suggestion


def waivable_by_title(ruleset: Ruleset) -> dict[str, tuple[Rule, ...]]:
    """The waivable rules in the criterion of each title; of a title that several criteria have, those of all."""
    found: dict[str, tuple[Rule, ...]] = {}
    for node in ruleset.criteria.values():
        below = {one.id for one in node.subtree()}
        rules = tuple(one for one in ruleset.rules if one.waivable and one.criterion.id in below)
        for title in dict.fromkeys((node.title.zh, node.title.en)):
            found[title] = tuple(dict.fromkeys([*found.get(title, ()), *rules]))
    return found


class WaiverReader(SectionReader):
    """Reads ``waivers``."""

    def waivers(self, keys: Mapping[str, Mapping[str, object]]) -> dict[tuple[str, str], Waiver]:
        """The waivers by rule and record; ``keys`` are those of each list's records."""
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
                self.report("F005", A_MAPPING, item, path)
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
        if not name:
            return None
        rule = self.ruleset.rule(name) or self.rule_titled(node, name)
        named = node.entries["rule"].value
        if rule is None:
            message = Text(f"没有规则“{name}”", f"there is no rule '{name}'")
            self.report("F002", message, named, path, self.rule_meant(name))
            return None
        if not rule.waivable:
            message = Text(f"规则“{name}”不可豁免", f"the rule '{name}' cannot be waived")
            fix = Text(
                "删去；或在规则集中写 waivable: true", "remove it, or write waivable: true in the ruleset"
            )
            self.report("F010", message, named, path, fix)
        known = keys.get(rule.each.name, {}) if rule.each is not None else None
        self.check_record(node.get("record"), record, known, node, path)
        return Waiver(rule.id, record, reason, evidence)

    def check_record(
        self,
        node: Node | None,
        record: str,
        known: Mapping[str, object] | None,
        owner: MappingNode,
        path: str,
    ) -> None:
        """The ``record`` is one of those that are ``known``; a rule about no records has none."""
        if known is None and record:
            message = Text(
                "这条规则不针对记录，删去 record", "this rule is not about records; remove 'record'"
            )
            self.report("F010", message, node or owner, path)
        elif known is not None and is_absent(node):
            self.report("F001", Text("缺少 record", "'record' is missing"), node or owner, path)
        elif known is not None and record and record not in known:
            message = Text(f"没有记录“{record}”", f"there is no record '{record}'")
            self.report("F002", message, node or owner, path, suggestion(record, known) or possible(known))

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
