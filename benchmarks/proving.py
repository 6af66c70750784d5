"""``audit rules prove guangdong/2024``: how long it takes with every processor, and how many answers of each kind."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

from benchmarks.measuring import ROOT

RULESET = "guangdong/2024"


def main() -> None:
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "cli", "rules", "prove", RULESET, "-f", "json"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    passed = time.perf_counter() - started
    states = Counter(one["state"] for one in json.loads(run.stdout))
    print("| run | time passed | answers | proved | noted | unknown |")
    print("|---|---:|---:|---:|---:|---:|")
    counts = " | ".join(str(states[one]) for one in ("proved", "noted", "unknown"))
    print(f"| audit rules prove {RULESET} | {passed:.1f} s | {states.total()} | {counts} |")


if __name__ == "__main__":
    main()
