"""A scoring as a Markdown document, with everything that the page tells."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.report.content import Report
from engine.documents.report.page import WORDS
from engine.errors import Text
from engine.markdown import escaped, table


def render(report: Report) -> bytes:
    """The document."""
    return ("\n\n".join(_parts(report)) + "\n").encode()


def _parts(report: Report) -> Iterator[str]:
    def word(name: str) -> str:
        return WORDS[name].zh if report.language == "zh" else WORDS[name].en

    def say(text: Text) -> str:
        return text.zh if report.language == "zh" else text.en

    yield f"# {escaped(report.department)} {report.year}：{report.total} {escaped(report.grade)}".rstrip()
    yield f"{escaped(report.title)}（{escaped(report.ruleset)}）"
    yield f"## {word('points_by')}"
    yield table(
        (word("criterion"), word("points"), word("earned"), word("lost"), word("note")),
        ((bar.title, bar.points, bar.earned, bar.lost, bar.note) for bar in report.bars),
        [bar.depth for bar in report.bars],
    )
    yield f"## {word('ledger')}"
    yield table(
        ("#", word("criterion"), word("rule"), word("record"), word("nominal"), word("applied"), word("note"), word("because"), word("basis")),
        (
            (str(row.number), row.criterion, row.rule, row.record, row.nominal, row.applied, row.note,
             say(Text("；", "; ")).join([row.because, *one.figures]), row.basis)
            for one in report.entries
            for row in [one.row]
        ),
    ) if report.entries else word("nothing")  # fmt: skip
    yield f"## {word('claims')}"
    yield (
        table(
            (word("criterion"), word("claimed"), word("computed"), word("difference")),
            ((one.title, one.claimed, one.computed, one.difference) for one in report.claims),
        )
        if report.claims
        else word("no_claims")
    )
    if report.improvements:
        yield f"## {word('improve')}"
        yield "\n".join(
            f"{number}. **{escaped(one.criterion)}**（−{one.lost}）：{escaped(one.problem)}。{escaped(one.action)}。"
            for number, one in enumerate(report.improvements, 1)
        )
    if report.open_points or report.warnings:
        yield f"## {word('to_explain')}"
        told = [
            f"- {escaped(why)} — {escaped(given) or word('missing')}" for why, given in report.open_points
        ]
        yield "\n".join([*told, *(f"- {escaped(one)}" for one in report.warnings)])
    if report.evidence:
        yield f"## {word('evidence')}"
        yield table(
            (word("fact"), word("value"), word("source"), word("page"), word("status"), word("note")),
            ((one.fact, one.value, one.source, one.page, one.status, one.note) for one in report.evidence),
        )
    yield f"## {word('provenance')}"
    yield "\n".join(f"- {escaped(name)}: `{digest}`" for name, digest in report.digests)
