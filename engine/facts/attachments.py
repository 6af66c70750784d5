"""What stands beside the facts: claimed scores, judgements, explanations, evidence."""

from __future__ import annotations

from msgspec.structs import replace

from engine.errors import Text, first_at
from engine.facts.model import Evidence, Judgement
from engine.facts.sections import A_MAPPING, SectionReader, a_text, is_absent
from engine.facts.values import ON_ONE_LINE, ONE_LINE, fact_paths
from engine.language.numbers import Rational, format_exact
from engine.language.terms import Kind
from engine.ruleset.model import ROOT, Criterion, TierScore, Unseen
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar, break_at
from engine.suggestions import possible, suggestion


class AttachmentReader(SectionReader):
    """Reads the sections of a facts file other than ``facts`` and ``waivers``."""

    def stated_twice(self, key: str, criterion: Criterion, node: Node, path: str, first: Scalar) -> None:
        there, title = first_at(first.position), criterion.title
        message = Text(
            f"“{key}”与“{first.text}”是同一指标：{title.zh}{there.zh}",
            f"'{key}' and '{first.text}' are the same criterion: {title.en}{there.en}",
        )
        self.report("F004", message, node, path, Text("删去一个", "remove one"))

    def claimed(self) -> dict[str, Rational]:
        """The claimed points, by the criteria's ids."""
        claims: dict[str, Rational] = {}
        keys: dict[str, Scalar] = {}
        section = self.section("claimed")
        for key, entry in section.entries.items() if section else ():
            path = f"claimed.{key}"
            criterion = self.criterion(key, entry.key, path)
            if is_absent(entry.value):
                message = Text("缺少自评得分", "the claimed score is missing")
                fix = Text("填写，或删去这一项", "state it, or remove the line")
                self.report("F001", message, entry.value, path, fix)
                continue
            points = self.number(entry.value, path, "claimed")
            if criterion is not None and criterion.id in keys:
                self.stated_twice(key, criterion, entry.key, path, keys[criterion.id])
            elif criterion is not None:
                keys[criterion.id] = entry.key
                if points is not None:
                    claims[criterion.id] = points
                    self.positions[f"claimed.{criterion.id}"] = entry.value.position
        for one in self.ruleset.criteria.values():
            if isinstance(one.score, Unseen):
                self.check_unseen(one, claims.get(one.id), section)
        return claims

    def check_unseen(self, one: Criterion, claim: Rational | None, section: MappingNode | None) -> None:
        path = f"claimed.{one.id}"
        if claim is None and not self.mentions(section, one):
            message = Text(
                f"{one.title.zh}只知分值，须填自评得分",
                f"only the points of this row are known ({one.title.en}): its claimed score is needed",
            )
            self.report("F001", message, section or self.root, path)
        elif claim is not None and not 0 <= claim <= one.points:
            message = Text(
                f"自评得分应在 0 到 {format_exact(one.points)} 之间",
                f"the claim lies between 0 and {format_exact(one.points)}",
            )
            self.report("F008", message, self.positions[path], path)

    def judgements(self) -> dict[str, Judgement]:
        """The assessor's decisions, by the criteria's ids."""
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
                self.report("F005", A_MAPPING, entry.value, path)
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
        names = (one.id, one.title.zh, one.title.en, *(("总分",) if one.id == ROOT else ()))
        return section is not None and any(key in section.entries for key in names)

    def judgement(self, criterion: Criterion, node: MappingNode, path: str) -> Judgement:
        by, reason = self.text(node, "by", path), self.text(node, "reason", path)
        if break_at(by) >= 0:
            self.report("F026", ONE_LINE, node.entries["by"].value, f"{path}.by", ON_ONE_LINE)
        if isinstance(criterion.score, TierScore):
            self.known_keys(node, ("tier", "coefficient", "by", "reason"), path)
            return self.in_tier(criterion.score, node, path, Judgement(by, reason))
        self.known_keys(node, ("deduct", "by", "reason"), path)
        deduct = self.decided(node, "deduct", path, Kind.POINTS, Text("不扣分写 0", "write 0 for none"))
        if deduct is not None:
            where = node.entries["deduct"].value.position
            self.positions[f"judgements.{criterion.id}.deduct"] = where
            if deduct < 0:
                message = Text("扣分不能为负", "a deduction is not negative")
                self.report("F008", message, where, f"{path}.deduct")
        return Judgement(by, reason, deduct)

    def decided(
        self, node: MappingNode, key: str, path: str, kind: Kind, fix: Text | None = None
    ) -> Rational | None:
        """The number that an assessor decided on; ``None`` after a problem."""
        written = node.get(key)
        if written is None or is_absent(written):
            self.report("F001", Text(f"缺少 {key}", f"'{key}' is missing"), written or node, path, fix)
            return None
        return self.number(written, f"{path}.{key}", f"judgements.{key}", kind)

    def in_tier(self, score: TierScore, node: MappingNode, path: str, judgement: Judgement) -> Judgement:
        """The judgement with its tier and the coefficient in it."""
        name = self.text(node, "tier", path)
        tiers = score.tiers
        tier = tiers.get(name) or next(
            (one for one in tiers.values() if name in (one.title.zh, one.title.en)), None
        )
        coefficient = self.decided(node, "coefficient", path, Kind.RATIO)
        if name and tier is None:
            message = Text(f"没有档次“{name}”", f"there is no tier '{name}'")
            written = node.entries["tier"].value
            self.report(
                "F002", message, written, f"{path}.tier", suggestion(name, [*tiers]) or possible([*tiers])
            )
        elif tier is not None and coefficient is not None and not tier.allowed.contains(coefficient):
            message = Text(
                f"系数不在“{tier.title.zh}”档的范围内",
                f"the coefficient is outside the tier '{tier.title.en}'",
            )
            self.report("F008", message, node.entries["coefficient"].value, f"{path}.coefficient")
        return replace(judgement, tier=tier.id if tier else "", coefficient=coefficient)

    def explanations(self) -> dict[str, str]:
        """The explanations, by the ids of the rules that ask for them."""
        read: dict[str, str] = {}
        section = self.section("explanations")
        if section is None:
            return read
        known = [rule.id for rule in self.ruleset.rules if rule.kind == "explain"]
        self.known_keys(section, known, "explanations")
        for key, entry in section.entries.items():
            path = f"explanations.{key}"
            if is_absent(entry.value):
                message = Text("没有写说明", "the explanation is missing")
                fix = Text("填写，或删去这一项", "write it, or remove the line")
                self.report("F001", message, entry.value, path, fix)
            elif not isinstance(entry.value, Scalar):
                self.report("F005", a_text(key), entry.value, path)
            else:
                read[key] = self.remark(entry.value, path)
        return read

    def evidence(self, paths: set[str]) -> dict[str, Evidence]:
        read: dict[str, Evidence] = {}
        section = self.section("evidence")
        listed = sorted(fact_paths(self.ruleset, {}))
        for key, entry in section.entries.items() if section else ():
            path = f"evidence.{key}"
            if key not in paths:
                message = Text(f"没有事实“{key}”", f"there is no fact '{key}'")
                self.report("F002", message, entry.key, path, suggestion(key, paths) or possible(listed))
            elif isinstance(entry.value, MappingNode):
                self.known_keys(entry.value, ("source", "page", "status", "note"), path)
                page, status, note = (
                    self.text(entry.value, one, path, required=False) for one in ("page", "status", "note")
                )
                read[key] = Evidence(self.text(entry.value, "source", path), page, status, note)
            elif not isinstance(entry.value, Scalar):
                message = Text("此处应为映射或文字", "a mapping or a text is wanted here")
                self.report("F005", message, entry.value, path)
            elif is_absent(entry.value):
                self.report("F001", Text("没有写依据", "the source is missing"), entry.value, path)
            else:
                read[key] = Evidence(self.remark(entry.value, path))
        return read
