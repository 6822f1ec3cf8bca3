"""Settings of every test: examples that do not change, the data beside the checkout."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")

TOP = Path(__file__).resolve().parent.parent
SHARED = TOP.parent / "shared"


def shared_path(*parts: str) -> Path:
    """Path of a file of the data folder beside the checkout; the test is skipped without it, except in CI."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"needs ../shared/{'/'.join(parts)} beside the checkout"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture
def shared():
    """The function `shared("specs", "api.md") -> Path`; skips the test where the data is absent, fails it in CI."""
    return shared_path
