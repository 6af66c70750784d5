"""LibreOffice and Chromium, as readers of what we write. Where they are absent tests are skipped; in CI that fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command import CACHE, PATIENCE

SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip


def needed(*programs: str) -> list[str]:
    """The paths of ``programs``."""
    paths = [shutil.which(program) for program in programs]
    missing = [program for program, path in zip(programs, paths, strict=True) if path is None]
    if missing:
        reason = f"not installed: {', '.join(missing)} (scripts/install_viewers.sh)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return [path for path in paths if path]


def converted(document: Path, kind: str, into: Path) -> None:
    """Have LibreOffice open the document, and save it as another kind in a folder."""
    (office,) = needed("soffice")
    profile = Path(CACHE.name) / "office-profile"  # one for all: to make it takes as long as to convert
    subprocess.run(
        [office, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind, "--outdir", into, document],
        capture_output=True, timeout=PATIENCE, check=True,
    )  # fmt: skip


def pages(document: Path) -> list[str]:
    """The text of each page, as LibreOffice lays the document out and poppler reads it."""
    (reader,) = needed("pdftotext")
    converted(document, "pdf", document.parent)
    pdf = document.with_suffix(".pdf")
    done = subprocess.run([reader, "-layout", pdf, "-"], capture_output=True, check=True, timeout=PATIENCE)
    return done.stdout.decode().split("\f")[:-1]


def fonts(document: Path) -> str:
    """The fonts in the PDF that :func:`pages` made of the document."""
    (reader,) = needed("pdffonts")
    done = subprocess.run(
        [reader, document.with_suffix(".pdf")], capture_output=True, check=True, timeout=PATIENCE
    )
    return done.stdout.decode()


@contextmanager
def browser(folder: Path) -> Iterator[Any]:
    """A Chromium with nothing in it, driven by selenium."""
    chromium, driver = needed("chromium", "chromedriver")
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = chromium
    for switch in (*SWITCHES, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield session
    finally:
        session.quit()
