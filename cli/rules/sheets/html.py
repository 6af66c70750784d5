"""A ruleset as one web page that needs nothing else: to read, to print, to hang beside the official table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from string import Template

from cli.context import Session
from cli.rules.sheets import AS_A_WHOLE, level_title, points_cell
from engine.errors import Text, one_line
from engine.ruleset.model import Criterion
from engine.ruleset.sheet import Row, Section, Sheet

_PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4 landscape; margin: 12mm; }
body { font: 14px/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", SimSun, sans-serif;
  color: #111; background: #fff; max-width: 1200px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.4em; text-align: center; }
h2 { font-size: 1.1em; margin-top: 2em; break-after: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2em 1em; }
dt { font-weight: bold; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #444; padding: .3em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; }
thead th { background: #eee; text-align: center; }
tbody th { font-weight: normal; background: #fafafa; vertical-align: middle; }
td.points { text-align: right; white-space: nowrap; }
td p { margin: 0 0 .3em; }
td.basis { font-size: .9em; }
tr { break-inside: avoid; }
footer { margin-top: 2em; color: #555; font-size: .85em; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } }
</style>
</head>
<body>
<h1>$title</h1>
$body
<footer>$footer</footer>
</body>
</html>""")


def render(sheet: Sheet, session: Session) -> str:
    """The whole ruleset as one self-contained page."""
    ruleset = sheet.ruleset
    parts = [_about(sheet, session), _main(sheet, session)]
    if sheet.whole:
        parts.append(f"<ul>{''.join(f'<li>{_text(line, session)}</li>' for line in sheet.whole)}</ul>")
    parts += [_section(section, session) for section in sheet.sections]
    footer = Text(f"{ruleset.id}　摘要 {ruleset.digest}", f"{ruleset.id}, digest {ruleset.digest}")
    return _PAGE.substitute(
        language="zh-CN" if session.language == "zh" else "en",
        title=_text(ruleset.title, session),
        body="\n".join(parts),
        footer=_text(footer, session),
    )


def _about(sheet: Sheet, session: Session) -> str:
    lines = [
        f"<dt>{_text(name, session)}</dt><dd>{_text(value, session)}</dd>" for name, value in sheet.about()
    ]
    return f"<dl>{''.join(lines)}</dl>"


def _main(sheet: Sheet, session: Session) -> str:
    spans = _spans(sheet.rows)
    rows, above = [], None
    for row in sheet.rows:
        cells = _levels(row, above, sheet.depth, spans, session)
        cells += f'<td class="points">{points_cell(row)}</td>'
        cells += f"<td>{_lines(row.lines, session)}</td>"
        cells += f'<td class="basis">{_lines(row.basis, session)}</td>'
        rows.append(f"<tr>{cells}</tr>")
        above = row
    return _table([_text(one, session) for one in sheet.headings()], rows)


def _spans(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows each criterion's cell reaches over."""
    spans: dict[str, int] = {}
    for row in rows:
        for node in row.path:
            spans[node.id] = spans.get(node.id, 0) + 1
    return spans


def _levels(row: Row, above: Row | None, depth: int, spans: dict[str, int], session: Session) -> str:
    """The level cells that begin in this row; the last one of a leaf reaches to the points."""
    rest = depth - len(row.path)
    cells = ""
    for node in row.path:
        if above is None or node not in above.path:
            across = rest + 1 if node is row.criterion and row.is_leaf else 1
            cells += _level(node, spans[node.id], across, session)
    if not row.is_leaf:
        cells += f"<th{_attribute('colspan', rest)}>{_text(AS_A_WHOLE, session)}</th>"
    return cells


def _level(node: Criterion, rows: int, columns: int, session: Session) -> str:
    span = _attribute("rowspan", rows) + _attribute("colspan", columns)
    return f'<th scope="row"{span}>{escape(one_line(level_title(node, session)))}</th>'


def _attribute(name: str, count: int) -> str:
    return f' {name}="{count}"' if count > 1 else ""


def _section(section: Section, session: Session) -> str:
    rows = [f"<tr>{''.join(f'<td>{_text(cell, session)}</td>' for cell in row)}</tr>" for row in section.rows]
    table = _table([_text(one, session) for one in section.headings], rows)
    return f"<h2>{_text(section.title, session)}</h2>\n{table}"


def _table(headings: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return "\n".join(["<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"])


def _lines(texts: Iterable[Text], session: Session) -> str:
    return "".join(f"<p>{_text(text, session)}</p>" for text in texts)


def _text(text: Text, session: Session) -> str:
    return escape(one_line(session.say(text)))
