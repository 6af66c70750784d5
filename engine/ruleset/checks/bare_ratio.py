"""A ratio is compared with a ratio: with a percent sign.

Found when a ruleset is read, and the ruleset cannot be used until it is mended: a rate of 84% is
0.84, so that ``rate < 90`` would be true of every department. Only 0 and 1 stand for themselves,
for none and all of it.

PASS::

    when: execution_rate < 90%

FAIL::

    when: execution_rate < 90
"""

from __future__ import annotations

from engine.errors import Text
from engine.ruleset.checks.base import Check

CHECK = Check(
    "E203", Text("比率与带百分号的数相比", "ratios are compared with percentages"), "error", required=True
)
