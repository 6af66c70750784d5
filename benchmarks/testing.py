"""``audit rules test guangdong/2024 --property --max-examples 1000``: how long a thousand departments for each invariant take."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.measuring import ROOT

RULESET = "guangdong/2024"
EXAMPLES = 1_000


def main() -> None:
    command = ["rules", "test", RULESET, "--property", "--max-examples", str(EXAMPLES)]
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "cli", *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=True
    )  # fmt: skip
    passed = time.perf_counter() - started
    print("| run | time passed |")
    print("|---|---:|")
    print(f"| audit {' '.join(command)} | {passed:.1f} s |")


if __name__ == "__main__":
    main()
