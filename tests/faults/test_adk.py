"""The stream as the real server of Google's Agent Development Kit sends it, read by the real loop (group `adk`)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest

from api import SystemClock
from skill.document import SkillPlan
from skill.handlers.contract import Conversation
from skill.turn.events import TurnRequest
from skill.turn.run import Runtime, run_turn
from skill.turn.settings import Settings

from .bench import ROOT, Log, Told

pytest.importorskip("google.adk", reason="the dependency group adk is not installed")

Talk = Callable[..., Told]


class Impatient(SystemClock):
    """Looks at once where the document says to wait."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.2))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("adk") / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "adk_peer.py"), str(port)], stdout=log, stderr=log
    )
    base = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{base}/asked")
            break
        except httpx.TransportError:
            assert process.poll() is None, Path(log.name).read_text()
            time.sleep(0.2)
    yield base, process
    process.terminate()
    process.wait(10)


@pytest.fixture
def talk(server: tuple[str, subprocess.Popen[bytes]], plan: SkillPlan, tmp_path: Path) -> Talk:
    conversation = Conversation()

    def sent() -> int:
        """How many chat messages the server has had; once it is dead nobody can say."""
        try:
            return int(httpx.get(f"{server[0]}/asked").json().count("/run_sse"))
        except httpx.TransportError:
            return -1

    def turn(words: str, rules: SkillPlan = plan) -> Told:
        nonlocal conversation
        base, _ = server
        before = sent()
        log = Log(os.urandom(4).hex(), conversation)
        runtime = Runtime(rules, Settings(), Impatient(), tmp_path / "home")
        request = TurnRequest(words, output_dir=tmp_path, skill_dir=ROOT, backend=base)
        anyio.run(run_turn, request, log, runtime)
        conversation = log.conversation
        return Told(log.events, {"send": sent() - before}, 0, log)

    return turn


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("say hello please", "Hello from the model."),
        ("add a title to it", "Let me add that.\n\nYour title is in."),
        ("make it silently", "Done: added a.jpg"),
        ("answer nothing at all", "Done: added"),
        ("give it some thought", "Here you are."),
        ("some separators please", "One\u2028two\u0085three."),
        ("in two parts please", "First.\n\nSecond."),
    ],
)
def test_what_the_real_server_streams(talk: Talk, words: str, said: str) -> None:
    talk("status")
    told = talk(words)
    assert told.exit_code == 0, told.events
    assert said in told.said
    assert "secret" not in told.said
    assert told.counts == {"send": 1}


@pytest.mark.parametrize(("words", "applied"), [("break it", False), ("do that later", True)])
def test_what_it_reports_as_a_failure(talk: Talk, words: str, applied: bool) -> None:
    talk("status")
    told = talk(words)
    assert [problem.code for problem in told.of("problem")] == ["stream"]
    assert ("Golden Hour" in told.said) == applied
    assert "/srv/" not in told.said
    assert told.counts == {"send": 1}


def test_a_tool_it_does_not_have(talk: Talk) -> None:
    """Recent servers tell the model; older ones break, and report it in lines that are no JSON."""
    talk("status")
    told = talk("do something unknown")
    assert "That did not work." in told.said or [problem.code for problem in told.of("problem")] == ["stream"]
    assert "no_such_tool" not in told.said


def test_a_session_it_does_not_know_is_opened_anew(talk: Talk) -> None:
    talk("status").log.conversation.session_id = "gone"
    told = talk("say hello please")
    assert "opened a new one" in told.said
    assert "Hello from the model." in told.said


def test_a_limit_of_time_leaves_the_truth(talk: Talk, plan: SkillPlan) -> None:
    """Going away cancels the run on the server; what it had done by then is told."""
    talk("status")
    short = replace(plan, stream=replace(plan.stream, turn_timeout_s=2))
    told = talk("do it slowly", short)
    assert [problem.code for problem in told.of("problem")] == ["timeout"]
    assert "Golden Hour" in told.said
    assert told.counts == {"send": 1}


def test_a_server_that_dies_in_the_middle(talk: Talk, server: tuple[str, subprocess.Popen[bytes]]) -> None:
    """The last test of this module: the server does not come back."""
    talk("status")
    death = threading.Timer(1.5, server[1].kill)
    death.start()
    told = talk("do it slowly")
    death.join()
    assert [(problem.code, problem.charged) for problem in told.of("problem")] == [("interrupted", None)]
    assert "cannot look at the project" in told.said
