"""How long `audit score` takes as a whole process, as a ratio to importing its two base libraries.

The command scores the golden fixture and prints its table; beside it runs `python -c "import click, pydantic"`,
and further programs that import what the command cannot do without, to show where the time goes. All are
run in turn, round by round, after one unmeasured round that writes the bytecode (into a folder of its own). A
line of the table: the median over the rounds of the processor time of the process, of the time that passed, and
of each round's ratio, by processor time, to the base.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from benchmarks.measuring import ROOT, machine, median_ratio, show

ROUNDS = 11
BASE = 'python -c "import click, pydantic"'
LIBRARIES = "import click, pydantic, gmpy2, _ruamel_yaml, chinese_calendar, durable.engine, wcwidth, tabulate"
FIXTURE = ROOT / "fixtures" / "guangdong-general-office-2024.yaml"
PROGRAMS: Mapping[str, list[str]] = {
    BASE: ["-c", "import click, pydantic"],
    "audit score, golden fixture": ["-m", "cli", "score", str(FIXTURE)],
    "all libraries that the command imports": ["-c", LIBRARIES],
    "… and one model of pydantic": ["-c", f"{LIBRARIES}\nclass Model(pydantic.BaseModel):\n    x: int"],
    "python -c pass": ["-c", "pass"],
}


def main() -> None:
    """Run the programs in turn, and print how long they took."""
    print(machine(), end="\n\n")
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(ROOT)}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
        for number in range(ROUNDS + 1):
            for name, arguments in PROGRAMS.items():
                taken = _run(arguments, environment)
                if number:
                    times[name].append(taken)
    processor = {name: [one for one, _ in taken] for name, taken in times.items()}
    rows = [
        [
            name,
            f"{statistics.median(processor[name]) * 1000:.0f} ms",
            f"{statistics.median(passed for _, passed in taken) * 1000:.0f} ms",
            f"{median_ratio(processor[BASE], processor[name]):.2f}",
        ]
        for name, taken in times.items()
    ]
    show(["program", "processor time", "time passed", "ratio"], rows)


def _run(arguments: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """The processor time and the time passed, in seconds. Raises if the program fails."""
    start = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, time.perf_counter() - start


if __name__ == "__main__":
    main()
