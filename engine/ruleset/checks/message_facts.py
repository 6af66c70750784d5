"""A message tells the figures that its rule compares.

A ``because`` that names a fact or a parameter which the rule does not read explains a finding by
something else: a copy whose figures were not changed. What counts as read is everything in the
condition, the amount and ``at_most``, what stands behind the measures there, and every field of the
record at hand. Both languages tell the same figures.

PASS::

    when: workdays(signed, filed) > filing_days
    because:
      zh: "签订后 {workdays(signed, filed)} 个工作日备案，超过 {filing_days} 个"
      en: "filed {workdays(signed, filed)} working days after signing, over {filing_days}"

FAIL: the limit in the text is that of another rule::

    when: workdays(signed, filed) > filing_days
    because: "签订后 {workdays(signed, filed)} 个工作日备案，超过 {announcement_days} 个"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import Position, Problem, Text, text_list
from engine.language.terms import key
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.reads import holes, names_in, rule_expressions, sources_of_measures
from engine.ruleset.model import Expression, Rule, Ruleset, Template

CHECK = Check("R114", Text("说明与规则所读一致", "messages tell what the rule reads"), "warning")

Sources = Mapping[str, frozenset[str]]


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each foreign figure in a message, and for messages that differ between languages."""
    sources = sources_of_measures(ruleset)
    for rule in ruleset.rules:
        if rule.because is not None:
            yield from _foreign(rule.because, _names_of(rule), sources, rule.id)
            yield from _differing(rule.because, rule.position, rule.id)
    for identity in ruleset.identities:
        yield from _foreign(identity.because, {*names_in(identity.holds.term)}, sources, identity.id)
        yield from _differing(identity.because, identity.position, identity.id)


def _names_of(rule: Rule) -> set[str]:
    """The names that the rule may tell of: what it reads, and the record it looks at."""
    names = {name for one in rule_expressions(rule) for name in names_in(one.term)} | {"points"}
    if rule.each is not None:
        names |= {f"{rule.each.name}.{field}" for field in rule.each.fields}
    return names


def _foreign(template: Template, names: set[str], sources: Sources, owner: str) -> Iterator[Problem]:
    known = names.union(*(sources.get(name, frozenset()) for name in names))
    told: set[str] = set()
    for hole in holes(template):
        for name in names_in(hole.term):
            derived = name in sources and all(one in known or one in sources for one in sources[name])
            if name not in known and not derived and name not in told:
                told.add(name)
                message = Text(
                    f"说明里的 {name} 不是这条规则所读的",
                    f"the message names {name}, which the rule does not read",
                )
                fix = Text("改正说明，或改正规则", "correct the message, or the rule")
                yield CHECK.problem(message, hole.position(), owner, fix)


def _differing(template: Template, where: Position, owner: str) -> Iterator[Problem]:
    if template.zh is template.en:
        return
    chinese, english = (_shown(pieces) for pieces in (template.zh, template.en))
    lacking = [
        (
            Text("英文缺少 {0}", "the English lacks {0}"),
            [text for one, text in chinese.items() if one not in english],
        ),
        (
            Text("中文缺少 {0}", "the Chinese lacks {0}"),
            [text for one, text in english.items() if one not in chinese],
        ),
    ]
    for wording, texts in lacking:
        if texts:
            names = text_list(f"{{{text}}}" for text in texts)
            message = Text(wording.zh.format(names.zh), wording.en.format(names.en))
            first = next((one for one in holes(template)), None)
            place = first.position() if first is not None else where
            yield CHECK.problem(message, place, owner, Text("两种文字写同样的数据", "tell the same in both"))


def _shown(pieces: tuple[str | Expression, ...]) -> dict[object, str]:
    """What the holes show, with the text of each."""
    return {key(piece.term): piece.text.strip() for piece in pieces if isinstance(piece, Expression)}
