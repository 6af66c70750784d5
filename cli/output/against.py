"""The scores that a report claims, beside those computed: by criterion, with the sentence that claims them."""

from __future__ import annotations

from pathlib import Path

from cli.context import Session
from engine.documents.extraction.extracting import extract
from engine.documents.extraction.narrative import read_narrative
from engine.errors import Text, one_line
from engine.language.numbers import parse_number
from engine.ledger.scoring import Scoring
from engine.view import View


def render_against(scoring: Scoring, report: Path, format_: str, session: Session) -> str:
    """A heading and a table; what was claimed and could not be read stands below it."""
    from tabulate import tabulate

    view, say = View(scoring, session.language), session.say
    found = extract(read_narrative(report), view.ruleset)
    rows = []
    for claim in found.claims:
        claimed, computed = parse_number(claim.text), scoring.nodes[claim.name].earned
        agrees = Text("一致", "agrees") if claimed == computed else Text("不一致", "differs")
        cells = (view.points(claimed), view.points(computed), view.signed(claimed - computed))
        rows.append([say(claim.label), *cells, say(agrees), say(claim.place)])
    headings = [
        say(one)
        for one in (
            Text("指标", "criterion"), Text("报告自评", "claimed in the report"), Text("计算得分", "computed"),
            Text("差异", "difference"), Text("结果", "outcome"), Text("位置", "where"),
        )
    ]  # fmt: skip
    title = one_line(say(Text(f"与报告对照（{report.name}）", f"Against the report ({report.name})")))
    style, mark = ("github", "## ") if format_ == "markdown" else ("simple", "")
    align = ("left", "right", "right", "right", "left", "left")
    table = tabulate(
        [[one_line(cell) for cell in row] for row in rows], headings, tablefmt=style, colalign=align if rows else None,
        disable_numparse=True,
    )  # fmt: skip
    told = [
        f"{mark}{title}",
        table if rows else say(Text("报告里没有找到自评得分。", "No claimed score was found in the report.")),
    ]
    criteria = [(one.name, one.label, one.why) for one in found.doubts if one.name in view.ruleset.criteria]
    told += (
        ["\n".join(one_line(f"? {name} {say(label)}: {say(why)}") for name, label, why in criteria)]
        if criteria
        else []
    )
    return "\n\n".join(told) if format_ == "markdown" else "\n".join(told)
