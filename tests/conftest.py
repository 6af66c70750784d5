"""How long Hypothesis searches: briefly by default, and with ``--hypothesis-profile=thorough`` much longer."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

# Without the phase that explains a failure, which takes longer than finding it.
settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
settings.load_profile("quick")
