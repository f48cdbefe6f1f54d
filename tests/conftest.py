"""What every test shares: properties are judged by what they find, not by how fast a machine is; no token leaks."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from .token_watch import TokenWatch

settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(TokenWatch(), "token_watch")


@pytest.fixture(scope="session", autouse=True)
def nothing_shared_tells_a_token(request: pytest.FixtureRequest) -> Iterator[None]:
    """Folders that several tests share are searched at the end."""
    folders = request.getfixturevalue("tmp_path_factory")
    yield
    watch = request.config.pluginmanager.get_plugin("token_watch")
    assert isinstance(watch, TokenWatch)
    assert watch.search_shared(folders.getbasetemp()) == []
