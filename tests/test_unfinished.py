"""What passes is gone whenever the process ends: before it was begun, within, and while it is cleared away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.command import ROOT, settings

AT_EVERY_LINE = '''
"""Do the work again and again, each time in a process that ends one line of the module later, as by a signal."""
import os, sys
from functools import partial
from pathlib import Path
from engine import unfinished

folder = Path(sys.argv[1])

def ends_at(last):
    lines = 0
    def line(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        if lines == last:
            sys.settrace(None)
            unfinished.take_back()
            os._exit(len(os.listdir(folder)))
        return line
    return lambda frame, event, argument: line if frame.f_code.co_filename == unfinished.__file__ else None

def work(fails):
    place = folder / "passing"
    try:
        with unfinished.passing(partial(unfinished.remove_tree, place)):
            place.mkdir()
            (place / "file").touch()
            if fails:
                raise ValueError
    except ValueError:
        pass

WHOLE = 99
for fails in (False, True):
    codes = []
    while WHOLE not in codes:
        pid = os.fork()
        if not pid:
            sys.settrace(ends_at(len(codes) + 1))
            work(fails)
            os._exit(WHOLE)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        unfinished.remove_tree(folder / "passing")
    print(*codes)
'''


def test_nothing_stays_at_whatever_line_the_process_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_EVERY_LINE, str(tmp_path)],
        cwd=ROOT, env=settings(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for codes in done.stdout.splitlines():
        *ended, whole = codes.split()
        assert len(ended) > 10
        assert {*ended} == {"0"}
        assert whole == "99"
