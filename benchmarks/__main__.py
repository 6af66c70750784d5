"""All benchmarks, each in a process of its own; or those named: ``python -m benchmarks scoring startup``."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measuring import ROOT

ALL = ("scoring", "startup", "memory", "checks", "documents", "portfolio", "proving", "testing")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        if name not in ALL:
            sys.exit(f"there is no benchmark '{name}': {', '.join(ALL)}")
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=True)


main()
