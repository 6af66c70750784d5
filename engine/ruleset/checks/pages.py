"""The pages of the checks: for the command line as they are written, for the documentation as Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from types import ModuleType

from engine.errors import Problem, Text, UsageProblem
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.registry import MODULES, WHEN_READ
from engine.suggestions import suggestion

_HEAD = """# Checks 检查项

Written from the checks' own pages by `python -m scripts.check_pages`. `audit rules check` runs them; `audit rules check --page R102` shows one page.

An *error* makes `audit rules check` exit with 1; a *warning* does not. What is marked *required* makes a ruleset
unusable: it is told whenever the ruleset is read, with exit 4. Every other check can be switched off in the
ruleset, with a reason:

```yaml
unchecked:
  - {check: R107, reason: 下半年起才有规则读取这些事实}
```

| code 编号 | check 检查 | severity 程度 |
|---|---|---|
"""


def every_page(more: Sequence[ModuleType] = ()) -> list[ModuleType]:
    """The modules of all pages; ``more`` are checks from elsewhere in the engine."""
    return [*WHEN_READ, *sorted([*MODULES, *more], key=lambda module: str(module.CHECK.code))]


def page_of(code: str, more: Sequence[ModuleType] = ()) -> str:
    """A check's page. Raises :class:`UsageProblem` where there is no such check."""
    pages = {module.CHECK.code: module for module in every_page(more)}
    if code not in pages:
        message = Text(f"没有检查“{code}”", f"there is no check '{code}'")
        raise UsageProblem([Problem("U003", message, fix=suggestion(code, [*pages]))])
    return f"{_title(pages[code].CHECK)}\n\n{inspect.getdoc(pages[code])}"


def _title(check: Check) -> str:
    return f"{check.code} {check.title.zh} {check.title.en}"


def checks_page(more: Sequence[ModuleType] = ()) -> str:
    """``docs/checks.md``: all checks in a table, and the page of each."""
    modules = every_page(more)
    rows = [
        f"| {one.CHECK.code} | {one.CHECK.title.zh}<br>{one.CHECK.title.en} | {_severity(one.CHECK)} |"
        for one in modules
    ]
    sections = [f"## {_title(one.CHECK)}\n\n{_as_markdown(inspect.getdoc(one) or '')}\n" for one in modules]
    return _HEAD + "\n".join([*rows, "", *sections])


def _severity(check: Check) -> str:
    return f"{check.severity}, required" if check.required else check.severity


def _as_markdown(page: str) -> str:
    """The page with its marked code as code, and its examples as blocks of YAML."""
    return "\n".join(_fenced(re.sub(r"``([^`]+)``", r"`\1`", page).splitlines()))


def _fenced(lines: list[str]) -> Iterator[str]:
    inside, opening = False, False
    for index, line in enumerate(lines):
        if line.endswith("::"):
            yield line[:-1]
            opening = True
        elif opening and not line:
            yield "\n```yaml"
            inside, opening = True, False
        else:
            yield line[4:] if inside and line.startswith("    ") else line
        after = next((one for one in lines[index + 1 :] if one), "")
        if inside and line and not after.startswith(" "):
            yield "```"
            inside = False
