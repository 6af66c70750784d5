"""The doors: one module for each kind of file that the product reads."""

from __future__ import annotations

from tests.fuzz.doors import expressions, facts, records, reports, rulesets, tables, workbooks
from tests.fuzz.doors.base import Door

DOORS: dict[str, Door] = {
    door.name: door
    for door in (
        facts.DOOR,
        rulesets.DOOR,
        expressions.DOOR,
        records.DOOR,
        workbooks.DOOR,
        *tables.DOORS,
        *reports.DOORS,
    )
}
