"""``audit portfolio score``: every department of a folder or database, scored at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.context import Session, pass_session
from cli.outputs import OutputPath
from engine.errors import Text, one_line

if TYPE_CHECKING:
    from engine.portfolio.scoring import Counts

_MOST_REASONS = 5
KINDS = {one: one for one in ("csv", "parquet", "xlsx", "duckdb")}


@click.command()
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@click.option("--ruleset", "-r", required=True, help="Id or file of the ruleset 规则集的 id 或文件.")
@click.option("--output", "-o", required=True, type=OutputPath(kind=KINDS, by="format_", either=True),
              help="Where the result goes: a folder, a name ending in .xlsx, or one ending in .duckdb 结果位置：文件夹，或以 .xlsx、.duckdb 结尾的名称.")  # fmt: skip
@click.option("--format", "-f", "format_", type=click.Choice(["csv", "parquet", "xlsx", "duckdb"]),
              help="Format of the result; by default what its name says, else a folder of CSV 结果格式：不写时看结果的名称，再不然是 CSV 文件夹.")  # fmt: skip
@click.option(
    "--memory-limit",
    default="",
    metavar="SIZE",
    help="Such as 2GB; what does not fit goes to the disk 内存上限，如 2GB；放不下的写到磁盘.",
)
@click.option("--threads", type=click.IntRange(1), default=None, help="Threads to use 线程数.")
@pass_session
def score(
    session: Session,
    source: Path,
    ruleset: str,
    output: Path,
    format_: str | None,
    memory_limit: str,
    threads: int | None,
) -> None:
    """Score every department in INPUT: facts files or tables in a folder, or a DuckDB database.

    The result holds totals with grade and rank, points by criterion, the ledger, claims and rejects. Departments
    that cannot be scored are rejected, each with its reasons, and the others are scored (exit 1, as where rows are of
    departments that are not there).

    为 INPUT 中的全部部门评分：文件夹里的事实文件或表，或 DuckDB 数据库。

    结果含总分、等级、名次、各指标得分、扣分明细、自评对照和退回清单。不能评分的部门列明原因退回，其余照常评分（退出码 1；有的行找不到部门时也是）。
    """
    from cli.files import Noted
    from cli.portfolio.progress import Progress
    from cli.portfolio.telling import tell
    from engine.portfolio.results import make_results
    from engine.portfolio.scoring import Portfolio
    from engine.portfolio.summary import reject_facts
    from engine.portfolio.workspace import workspace
    from engine.portfolio.writing import Format, format_of, write_results

    chosen: Format = format_ or format_of(output)  # type: ignore[assignment]
    progress, noted = Progress(session), Noted()
    opened = workspace(memory_limit, threads or 0, reading=source, writing=output)
    with opened as work:
        portfolio = Portfolio(work.connection, session.library().load(ruleset), noted)
        try:
            portfolio.read(work, source, progress)
            counts = portfolio.score(progress, session.language)
            make_results(portfolio, counts, session.language)
            reasons = reject_facts(work.connection)
            write_results(work, output, chosen, progress)
        finally:
            progress.done()
    noted.tell(session)
    tell(session, portfolio.reading.unread, portfolio.reading.encodings, portfolio.notes)
    for text in _closing(counts, output, reasons):
        click.echo(session.say(text))
    if counts.rejected or counts.orphans:
        raise SystemExit(1)


def _closing(counts: Counts, output: Path, reasons: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """The counts, and the reasons why most departments were rejected."""
    from engine.inputs import shown

    place = one_line(shown(output))
    yield Text(
        f"读入 {counts.read:,} 个部门：评分 {counts.scored:,}（其中逐个计算 {counts.direct:,}），退回 {counts.rejected:,}。结果在 {place}",
        f"{counts.read:,} departments read: {counts.scored:,} scored ({counts.direct:,} of them one by one), "
        f"{counts.rejected:,} rejected. The result is in {place}",
    )
    if counts.orphans:
        yield Text(
            f"另有 {counts.orphans:,} 行的部门不在 main 表里，没有计入任何部门，见 rejects",
            f"{counts.orphans:,} more rows are of departments that are not in the table 'main'; they count for none, "
            "see 'rejects'",
        )
    for one in reasons[:_MOST_REASONS]:
        what = f"  {one['code']} {one_line(one['fact'])}".rstrip()
        yield Text(f"{what}：{one['departments']:,} 个", f"{what}: {one['departments']:,}")
    more = len(reasons) - _MOST_REASONS
    if more > 0:
        yield Text(f"  …（另有 {more} 种原因，见 rejects）", f"  … ({more} more reasons, see 'rejects')")
