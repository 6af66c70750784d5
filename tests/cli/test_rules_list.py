"""``audit rules list``: what is at hand, readable or not."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import GOLDEN, ROOT, audit

SHIPPED = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")


def own(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return tmp_path


def test_the_shipped_rulesets_as_a_table() -> None:
    run = audit("rules", "list")
    assert (run.code, run.err) == (0, "")
    row = next(line for line in run.out.splitlines() if line.startswith("guangdong/2024 "))
    assert row.split()[-4:] == ["100", "20", "37", "随附"]
    assert "广东省财政厅" in row


def test_the_same_as_json() -> None:
    run = audit("--lang", "en", "rules", "list", "-f", "json")
    assert run.code == 0
    found = {one["id"]: one for one in json.loads(run.out)}
    one = found["guangdong/2024"]
    assert (one["year"], one["points"], one["criteria"], one["rules"]) == (2024, "100", 20, 37)
    assert one["shipped"]
    assert one["problem"] is None
    assert one["title"]["en"].startswith("Guangdong")
    assert Path(one["file"]).is_file()


def test_own_folders_come_first_and_say_where_they_are(tmp_path: Path) -> None:
    folder = own(
        tmp_path, "guangdong/2024", SHIPPED.replace("authority: 广东省财政厅", "authority: 本局").encode()
    )
    run = audit("--rulesets", folder, "rules", "list", "-f", "json")
    [one] = [one for one in json.loads(run.out) if one["id"] == "guangdong/2024"]
    assert (one["authority"], one["shipped"]) == ("本局", False)
    table = audit("--rulesets", folder, "rules", "list").out
    assert str(folder) in next(line for line in table.splitlines() if line.startswith("guangdong/2024 "))


def test_an_unreadable_one_is_listed_with_its_first_problem(tmp_path: Path) -> None:
    own(tmp_path, "a/gbk", "ruleset: a/gbk\ntitle: 部门整体支出\n".encode("gbk"))
    own(tmp_path, "a/broken", b"ruleset: a/broken\ntitle: [\n")
    own(
        tmp_path,
        "a/type",
        SHIPPED.replace("guangdong/2024", "a/type").replace("< explanation_below", "< 90").encode(),
    )
    run = audit("--lang", "en", "--rulesets", tmp_path, "rules", "list")
    assert run.code == 4
    for name, code in (("a/gbk", "S103"), ("a/broken", "S104"), ("a/type", "E203")):
        assert code in next(line for line in run.out.splitlines() if line.startswith(name))
    assert "guangdong/2024 " in run.out
    rows = {
        one["id"]: one for one in json.loads(audit("--rulesets", tmp_path, "rules", "list", "-f", "json").out)
    }
    assert rows["a/gbk"]["problem"]["code"] == "S103"
    assert rows["a/gbk"]["problem"]["where"]["line"] == 2


def test_facts_and_rulesets_of_a_folder_below_are_not_listed(tmp_path: Path) -> None:
    own(tmp_path, "a/facts", b"department: x\nruleset: a/facts\nyear: 2024\n")
    own(tmp_path, "below/a/table", b"ruleset: a/table\n")
    run = audit("--rulesets", tmp_path, "rules", "list")
    assert run.code == 0
    assert "a/facts" not in run.out
    assert "a/table" not in run.out


def test_a_file_that_calls_itself_something_else_is_told(tmp_path: Path) -> None:
    """A copy for next year whose id was forgotten would score under the old year's name."""
    shipped = (ROOT / "rulesets/guangdong/2024.yaml").read_bytes()
    own(tmp_path, "guangdong/2025", shipped.replace(b"year: 2024", b"year: 2025", 1))
    run = audit("--rulesets", tmp_path, "rules", "list")
    assert run.code == 4
    assert "R014" in run.out
    score = audit("--lang", "en", "--rulesets", tmp_path, "score", GOLDEN, "-r", "guangdong/2025")
    assert score.code == 4
    assert (
        "2025.yaml:2:10: R014 by its place this file is 'guangdong/2025', but it calls itself 'guangdong/2024'"
        in score.err
    )
    assert not score.out
    by_path = audit("--rulesets", tmp_path, "rules", "show", tmp_path / "guangdong/2025.yaml")
    assert by_path.code == 0


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    own(tmp_path / "outside", "x", b"ruleset: x\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.yaml").symlink_to(tmp_path / "outside" / "x.yaml")
    run = audit("--rulesets", tmp_path / "in", "rules", "list")
    assert run.code == 4
    assert "R010" in next(line for line in run.out.splitlines() if line.startswith("x "))
