"""How long documents take: a workbook of 10,000 contracts read and scored, a page of 1,000 ledger lines written.

Each is a run of the command as a user starts it, start-up and all, in a process of its own: the median of
some rounds, beside the same facts as YAML. Seconds are those on the processor, so that a busy machine does not count.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import ROOT, machine, show

GOLDEN = ROOT / "fixtures" / "guangdong-general-office-2024.yaml"
ROUNDS = 5
CONTRACT = (
    "    - {{id: X-{number:05}, name: 合同 {number}, awarded: 2024-09-02, signed: 2024-09-12, filed: {filed}, "
    "announced: 2024-09-13, announcement_exempt: false}}\n"
)


def main() -> None:
    """Print a table of seconds, and the sizes of what was written."""
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, late = folder / "many.yaml", folder / "late.yaml"
        many.write_text(_with_contracts(10_000, "2024-09-20"), encoding="utf-8")
        late.write_text(_with_contracts(999, "2024-10-30"), encoding="utf-8")
        book, page = folder / "many.xlsx", folder / "late.html"
        runs = {
            "10,000 contracts: template --from, written": (
                "template",
                "guangdong/2024",
                "-o",
                book,
                "--from",
                many,
            ),
            "10,000 contracts: score the workbook": ("score", book),
            "10,000 contracts: score the YAML": ("score", many),
            "1,000 ledger lines: report as a page": ("report", late, "-o", page),
            "1,000 ledger lines: report as a score sheet": ("report", late, "-o", folder / "late.xlsx"),
            "1,000 ledger lines: report in Word": ("report", late, "-o", folder / "late.docx"),
        }
        seconds = {title: [_seconds(*arguments) for _ in range(ROUNDS)] for title, arguments in runs.items()}
        sizes = f"the workbook has {book.stat().st_size:,} bytes, the page {page.stat().st_size:,}"
    rows = [[title, f"{statistics.median(one):.2f} s", f"{min(one):.2f} s"] for title, one in seconds.items()]
    print(f"\n{sizes}\n")
    show(["run", "median", "least"], rows)


def _with_contracts(count: int, filed: str) -> str:
    text = GOLDEN.read_text(encoding="utf-8")
    place = text.index("    - {id: HT-2024-11, name")
    rows = "".join(CONTRACT.format(number=number, filed=filed) for number in range(count))
    return text[:place] + rows + text[place:]


def _seconds(*arguments: object) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "cli", *map(str, arguments)], cwd=ROOT, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
