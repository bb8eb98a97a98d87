"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# The same examples in every run: a test that turns red does so because of a change.
# `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("same")
