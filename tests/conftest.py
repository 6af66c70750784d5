"""How long Hypothesis searches: briefly by default, and with ``--hypothesis-profile=thorough`` much longer."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# Without the phase that explains a failure, which takes longer than finding it.
settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
# A change is judged on the same departments each time: a search that is lucky only now and then is for people to run.
settings.register_profile("judged", settings.get_profile("quick"), derandomize=True)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
settings.load_profile("judged" if os.environ.get("CI") else "quick")
