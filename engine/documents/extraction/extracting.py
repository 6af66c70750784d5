"""What a report says of a ruleset's facts and claims: found, doubtful, or not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from engine.documents.extraction.finding import Found, find
from engine.documents.extraction.mending import holds, identities_over, mended
from engine.documents.extraction.narrative import Narrative
from engine.errors import Text, text_list
from engine.language.numbers import Rational, format_exact
from engine.language.terms import Type, Value
from engine.ruleset.criteria import POINTS
from engine.ruleset.document import Criterion
from engine.ruleset.found_as import Phrase, parse_phrase
from engine.ruleset.model import ROOT, Ruleset
from engine.ruleset.schema import as_text

_YEAR = re.compile(r"(20[0-9]{2})年")


class Finding(Struct, frozen=True):
    """One figure that was found. ``note`` says how it was read where that is not plain."""

    name: str
    label: Text
    text: str
    written: str
    sentence: str
    place: Text
    status: str
    note: Text


class Doubt(Struct, frozen=True):
    """Something seen and not taken over, and why."""

    name: str
    label: Text
    why: Text
    sentence: str
    place: Text


class Extraction(Struct, frozen=True):
    """Everything: figures of facts, claims by criterion, doubts, and what was looked for in vain."""

    source: str
    year: str
    facts: tuple[Finding, ...]
    claims: tuple[Finding, ...]
    doubts: tuple[Doubt, ...]
    missing: tuple[tuple[str, Text], ...]


def extract(narrative: Narrative, ruleset: Ruleset) -> Extraction:
    """Look for every phrase of the ruleset in the report."""
    return _Extractor(narrative, ruleset).extraction()


class _Extractor:
    def __init__(self, narrative: Narrative, ruleset: Ruleset) -> None:
        self.narrative = narrative
        self.ruleset = ruleset
        self.doubts: list[Doubt] = []
        self.missing: list[tuple[str, Text]] = []
        self.malformed: dict[str, tuple[Text, Found]] = {}
        self.known: dict[str, Rational] = {}

    def extraction(self) -> Extraction:
        facts = self.facts()
        facts += self.mend()
        self.check_identities()
        claims = self.claims()
        order = {fact.name: at for at, fact in enumerate(self.ruleset.schema.scalars())}
        facts.sort(key=lambda one: order[one.name])
        return Extraction(
            self.narrative.name,
            self.year(),
            tuple(facts),
            tuple(claims),
            tuple(self.doubts),
            tuple(self.missing),
        )

    def year(self) -> str:
        """The year the report speaks of most."""
        years = Counter(_YEAR.findall(self.narrative.text)).most_common(1)
        return years[0][0] if years else ""

    # Facts

    def facts(self) -> list[Finding]:
        found: list[Finding] = []
        document, schema = self.ruleset.document, self.ruleset.schema
        for name, fact in schema.facts.items():
            found += self.one(name, fact.label, document.facts[name].found_as, fact.type)
        for name, group in schema.groups.items():
            fields = document.facts[name].fields or {}
            for key, fact in group.facts.items():
                label = Text(f"{group.label.zh}：{fact.label.zh}", f"{group.label.en}: {fact.label.en}")
                found += self.one(fact.name, label, fields[key].found_as, fact.type)
        return found

    def one(self, name: str, label: Text, written: Sequence[str], type_: Type) -> list[Finding]:
        """The finding, if there is one figure; a doubt or a gap is noted otherwise."""
        phrases = [phrase for text in written if isinstance(phrase := parse_phrase(text), Phrase)]
        if not phrases:
            return []
        places = find(phrases, type_, self.ruleset.money_unit, self.narrative)
        whole = [one for one in places if one.value is not None]
        values = list(dict.fromkeys(one.value for one in whole))
        if len(values) > 1:
            shown = text_list(dict.fromkeys(one.written for one in whole))
            why = Text(f"报告里有不同的数：{shown.zh}", f"the report has different figures: {shown.en}")
            self.doubt(name, label, why, whole[0])
        elif values:
            if isinstance(values[0], Rational):
                self.known[name] = values[0]
            return [self.finding(name, label, values[0], whole[0])]
        elif places:
            self.malformed[name] = label, places[0]
        else:
            self.missing.append((name, label))
        return []

    def finding(
        self,
        name: str,
        label: Text,
        value: Value,
        one: Found,
        status: str = "extracted",
        note: Text | None = None,
    ) -> Finding:
        text = format_exact(value) if isinstance(value, Rational) else str(value)
        if isinstance(value, date):
            text = value.isoformat()
        return Finding(
            name, label, text, one.written, self.narrative.sentence(one.start, one.end),
            self.narrative.line(one.start).place, status, note or Text("", ""),
        )  # fmt: skip

    def doubt(self, name: str, label: Text, why: Text, one: Found) -> None:
        sentence = self.narrative.sentence(one.start, one.end)
        self.doubts.append(Doubt(name, label, why, sentence, self.narrative.line(one.start).place))

    # Malformed figures

    def mend(self) -> list[Finding]:
        """Malformed figures read where one identity confirms one reading; the others are doubts."""
        found: list[Finding] = []
        for name, (label, one) in self.malformed.items():
            others = {other for other in self.malformed if other != name}
            known = {key: value for key, value in self.known.items() if key not in others}
            reading = mended(name, one.written, self.ruleset, known)
            if reading is None:
                why = Text(
                    f"“{one.written}”不是规范的数字，没有勾稽关系能确定读法",
                    f"'{one.written}' is malformed, and no identity settles how to read it",
                )
                self.doubt(name, label, why, one)
                continue
            value, identity = reading
            self.known[name] = value
            shown = format_exact(value)
            note = Text(
                f"报告印作“{one.written}”，按勾稽关系 {identity} 读作 {shown}（唯一成立的读法）",
                f"printed as '{one.written}'; read as {shown}, the one reading that {identity} confirms",
            )
            found.append(self.finding(name, label, value, one, "corrected", note))
        return found

    def check_identities(self) -> None:
        """Identities that the figures found do not satisfy: one of them is misread or misprinted."""
        written = {check.id: check for check in self.ruleset.document.checks}
        for identity in identities_over(self.ruleset, self.known):
            if not holds(identity, self.ruleset, self.known):
                because = as_text(written[identity.id].because)
                why = Text(f"勾稽关系不成立：{because.zh}", f"a check does not hold: {because.en}")
                self.doubts.append(Doubt(identity.id, because, why, "", Text("", "")))

    # Claims

    def claims(self) -> list[Finding]:
        found: list[Finding] = []
        for one in _criteria(self.ruleset):
            node = self.ruleset.criteria.get(one.id)
            if node is None or node.id == ROOT:
                continue
            for claim in self.one(one.id, as_text(one.title), one.found_as, POINTS):
                if Rational(claim.text) > node.points:
                    why = Text(
                        f"自评 {claim.written} 分超过分值 {format_exact(node.points)}",
                        f"the claim {claim.written} is above the criterion's {format_exact(node.points)} points",
                    )
                    self.doubts.append(Doubt(one.id, claim.label, why, claim.sentence, claim.place))
                else:
                    found.append(claim)
        return found


def _criteria(ruleset: Ruleset) -> list[Criterion]:
    found: list[Criterion] = []
    waiting = list(ruleset.document.criteria)
    while waiting:
        one = waiting.pop(0)
        found.append(one)
        waiting = [*one.criteria, *waiting]
    return found
