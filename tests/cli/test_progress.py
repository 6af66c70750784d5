"""What a terminal shows while something runs long, and nothing of it where there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import GOLDEN, ROOT, Run, audit, settings

pty = pytest.importorskip("pty")


def on_a_terminal(*arguments: object) -> Run:
    """Run ``audit`` with a terminal as its standard error."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "cli", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, env=settings(), stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        shown = b""
        try:
            while read := os.read(ours, 4096):
                shown += read
        except OSError:
            pass  # how Linux says that the other side of a terminal is closed
        os.close(ours)
        assert process.stdout is not None
        out = process.stdout.read().decode()
    assert process.returncode is not None
    return Run(process.returncode, out, shown.decode())


@pytest.fixture
def departments(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    text = GOLDEN.read_text(encoding="utf-8")
    for number in range(60):
        (folder / f"{number}.yaml").write_text(
            text.replace("department: 广东省人民政府办公厅", f"department: 部门{number}"), encoding="utf-8"
        )
    return folder


@pytest.mark.slow
def test_a_portfolio_tells_its_stages_with_rate_and_time_left(departments: Path, tmp_path: Path) -> None:
    done = on_a_terminal("portfolio", "score", departments, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert re.search(r"读取事实文件 \d+/60，\d+ 个/秒，还需 \d+ 秒", done.err)
    stages = ["读取事实文件 0/60", "检查数据", "列式评分 0/60", "生成扣分明细 0/60", "写出结果"]
    places = [done.err.find(one) for one in stages]
    assert -1 not in places
    assert places == sorted(places)
    assert done.err.endswith("\r\x1b[K"), "the line is cleared in the end"
    assert "60 个部门" in done.out


@pytest.mark.slow
def test_nothing_of_it_is_written_to_a_pipe(departments: Path, tmp_path: Path) -> None:
    done = audit("portfolio", "score", departments, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert (done.code, done.err) == (0, "")


@pytest.mark.slow
def test_property_tests_show_how_far_they_are() -> None:
    done = on_a_terminal(
        "rules", "test", "hunan/yueyang-2020", "--property", "--max-examples", "20", "--seed", "1"
    )
    assert done.code == 0, done.out
    assert re.search(r"hunan/yueyang-2020.*100%", done.err, re.DOTALL)
