"""How Hypothesis searches: briefly and the same each time, or with ``--hypothesis-profile=thorough`` long and at random.

With that profile the tests run, too, that are marked ``thorough``. And Python's collector passes over ten thousand tests,
which are most of what there is to go through, and no garbage; it comes as seldom as in the program.
"""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from cli.root import MADE_BETWEEN_COLLECTIONS

# Every change is judged on the same examples: a search that is lucky only now and then is for people to run, with the
# thorough profile. No time is asserted, and the phase that explains a failure is left out: it takes longer than finding it.
settings.register_profile(
    "judged",
    max_examples=50,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
# What a search at random has found to fail is kept, and tried first the next time.
settings.register_profile(
    "thorough",
    settings.get_profile("judged"),
    max_examples=2000,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
)
settings.load_profile("judged")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--hypothesis-profile") == "thorough":
        return
    left_out = [one for one in items if one.get_closest_marker("thorough")]
    items[:] = [one for one in items if one not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_COLLECTIONS)
