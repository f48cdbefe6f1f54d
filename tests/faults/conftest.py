"""What the tests of faults share."""

import threading
from collections.abc import Iterator

import anyio
import pytest

from api import SystemClock
from skill.document import SkillPlan, load_skill

from .bench import ROOT
from .server import Server


@pytest.fixture(scope="session")
def plan() -> SkillPlan:
    return load_skill(ROOT / "SKILL.md")


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("HOME", str(tmp_path / "person"))


@pytest.fixture
def server(plan: SkillPlan) -> Iterator[Server]:
    """A backend in a thread of its own, for programs of their own."""
    served = Server(SystemClock(), lambda: None, plan.api.endpoints)
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with served.listening():
            ready.set()
            while not over.is_set():  # noqa: ASYNC110 - another thread tells when it is over
                await anyio.sleep(0.02)

    thread = threading.Thread(target=anyio.run, args=(serve,))
    thread.start()
    ready.wait(10)
    yield served
    over.set()
    thread.join(10)
