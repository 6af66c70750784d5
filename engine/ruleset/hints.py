"""The text of a new overlay: what it extends, and in comments what may be changed, by names of the base."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

from engine.errors import Language
from engine.ruleset.model import Criterion, Ruleset
from engine.ruleset.moving import Move

_HEAD = {
    "zh": """\
# {new_id} 沿用 {old_id}，本文件只写不同之处；合并后的全表用 audit rules show 查看。
# 有 id 的条目按 id 对应，示例按 name 对应；remove: true 删去一项；没有 id 的列表整个替换。
# 示例随所沿用的规则集而来，日期仍是 {old_year} 年的：它们检验的是规则，不是年度。
""",
    "en": """\
# {new_id} extends {old_id}: only the differences stand here; audit rules show prints the whole.
# Entries are matched by id, examples by name; remove: true drops one; lists without ids are replaced whole.
# Examples are inherited with their dates of {old_year}: they test the rules, not the year.
""",
}
_MORE = {
    "zh": "\n# 可以改的，例如（去掉行首的“# ”即生效）：\n",
    "en": "\n# What may be changed, for example (take the leading '# ' away):\n",
}
_PARAMETERS = 3
_PLAIN = re.compile(r"[\w.%]+")


def overlay_text(base: Ruleset, to: Move, language: Language) -> str:
    """A file that extends ``base``; so far it changes the year, titles that say it, and dates among parameters."""
    text = _HEAD[language].format(new_id=to.new_id, old_id=to.old_id, old_year=to.old_year)
    text += f"ruleset: {to.new_id}\nextends: {to.old_id}\n"
    titles = [to.year.sub(str(to.new_year), title) for title in (base.title.zh, base.title.en)]
    if titles != [base.title.zh, base.title.en]:
        zh, en = (json.dumps(title, ensure_ascii=False) for title in titles)
        text += f"title: {{zh: {zh}, en: {en}}}\n"
    text += f"year: {to.new_year}\n"
    dates = "".join(f"  {name}: {{value: {to.day(day)[0]}}}\n" for name, day in _dates(base, to))
    if dates:
        text += f"parameters:\n{dates}"
    return text + _MORE[language] + _parameters(base, language, bool(dates)) + _rule(base)


def _dates(base: Ruleset, to: Move) -> Iterator[tuple[str, date]]:
    """The parameters that are dates of about the base's year."""
    for name, scalar in base.parameters.items():
        day = base.slots[scalar.slot]
        if isinstance(day, date) and abs(day.year - to.old_year) <= 1:
            yield name, day


def _parameters(base: Ruleset, language: Language, continued: bool) -> str:
    """The first parameters, each with its present value; ``continued`` where the key itself stands above."""
    lines = [] if continued else ["parameters:"]
    written = base.document.parameters
    fixed = [name for name in base.parameters if not isinstance(base.slots[base.parameters[name].slot], date)]
    for name in fixed[:_PARAMETERS]:
        label = base.parameters[name].label.in_language(language)
        lines.append(f"  {name}: {{value: {_written(written[name].value)}}}  # {label}")
    return "".join(f"# {line}\n" for line in lines) if fixed else ""


def _rule(base: Ruleset) -> str:
    """The way down to the first deduction, with what it costs at present."""
    rule = next((one for node in base.root.subtree() for one in node.deductions if one.amount), None)
    if rule is None or rule.amount is None:
        return ""
    path: list[Criterion] = [one for one in rule.criterion.ancestors() if one.parent is not None][::-1]
    indent, lines = "", ["criteria:"]
    for node in [*path, rule.criterion]:
        lines.append(f"{indent}  - id: {node.id}")
        indent += "    "
        lines.append(f"{indent}{'deductions' if node is rule.criterion else 'criteria'}:")
    lines.append(f"{indent}  - id: {rule.id}")
    lines.append(f"{indent}    deduct: {_written(rule.amount.text)}")
    return "".join(f"# {line}\n" for line in lines)


def _written(text: str) -> str:
    """``text`` as YAML, in quotes only where something in it might need them."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
