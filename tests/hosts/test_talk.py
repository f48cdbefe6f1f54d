"""Turns as a caller meets them: waiting has an end, what ended is told once, retries never start twice."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from skill import load_skill
from skill.hosts.cli.desk import Desk
from skill.hosts.cli.talk import Talk
from skill.turn.events import Done, Progress, Text, TurnEvent, TurnRequest
from skill.turn.home import conversation_file
from skill.turn.journal import Journal
from skill.turn.runners import Detached
from skill.turn.say import Messages
from skill.turn.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PLAN = load_skill(ROOT)
SAY = Messages("en")

# answers after as many seconds as its words say
PLAY = """
import sys
import anyio
from skill.turn.events import Done, Progress, Text
from skill.turn.worker import main

async def play(pinned, log):
    log.append(Text("heard " + pinned.request.text))
    log.append(Progress("Making it", "render", 0.25, 40.0))
    await anyio.sleep(float(pinned.request.text.split()[-1]))
    log.append(Text("made " + pinned.request.text))
    log.append(Done(log.turn_id, "finished", ("chat",)))
    return "finished"

sys.exit(main(sys.argv[1:], play))
"""


class Listener:
    """A screen that remembers; a flush fails as often as `broken` says."""

    def __init__(self) -> None:
        self.heard: list[TurnEvent | str] = []
        self.broken = 0

    def tell(self, event: TurnEvent) -> None:
        self.heard.append(event)

    def remark(self, text: str) -> None:
        self.heard.append(text)

    def flush(self) -> None:
        if self.broken:
            self.broken -= 1
            raise BrokenPipeError

    def texts(self) -> list[str]:
        return [item.text for item in self.heard if isinstance(item, Text)]

    def remarks(self) -> list[str]:
        return [item for item in self.heard if isinstance(item, str)]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Detached]:
    script = tmp_path / "play.py"
    script.write_text(PLAY)
    yield (detached := Detached((sys.executable, str(script))))
    for process in detached._started:
        process.kill()
        process.wait()


@pytest.fixture
def call(tmp_path: Path, runner: Detached) -> Callable[..., tuple[int, Listener]]:
    home = tmp_path / "home"
    desk = Desk(Settings(home=home), tmp_path, home)

    def call(text: str, wait_s: float = 20, *, again: bool = False, broken: int = 0) -> tuple[int, Listener]:
        screen = Listener()
        screen.broken = broken
        with Journal.open(conversation_file(home, "c"), name="c") as journal:
            talk = Talk(desk, journal, PLAN, screen, SAY, "status", runner)
            request = TurnRequest(text, output_dir=tmp_path, skill_dir=ROOT)
            return talk.turn(request, wait_s=wait_s, again=again), screen

    return call


Call = Callable[..., tuple[int, Listener]]


def test_a_turn_is_told_to_its_end(call: Call) -> None:
    code, screen = call("make it 0.1")
    assert code == 0
    assert screen.texts() == ["heard make it 0.1", "made make it 0.1"]
    assert any(isinstance(item, Progress) for item in screen.heard)
    assert isinstance(screen.heard[-1], Done)


def test_when_waiting_ends_the_turn_goes_on_and_the_next_call_delivers(call: Call) -> None:
    code, screen = call("make it 1.2", 0.6)
    assert code == 5
    assert screen.texts() == ["heard make it 1.2"]
    assert "make it 1.2" in screen.remarks()[-1] and "25%" in screen.remarks()[-1]
    time.sleep(1.2)
    code, screen = call("make more 0")
    assert code == 0
    assert screen.texts() == ["made make it 1.2", "heard make more 0", "made make more 0"]
    assert screen.remarks() == [SAY("finished_meanwhile", words="make it 1.2")]


def test_the_same_words_re_attach_and_what_was_told_is_not_told_again(call: Call) -> None:
    assert call("make it 1.2", 0.6)[0] == 5
    code, screen = call("make it 1.2")
    assert code == 0
    assert screen.texts() == ["made make it 1.2"]
    assert call("make it 1.2", 0.1)[1].texts() != ["made make it 1.2"], "delivered: the same words are a new turn"


def test_again_starts_a_second_one(call: Call) -> None:
    assert call("make it 0.5", 0)[0] == 5
    code, screen = call("make it 0.5", again=True)
    assert code == 0
    assert screen.texts().count("made make it 0.5") >= 1
    assert screen.texts().count("heard make it 0.5") >= 1


def test_another_message_to_a_busy_conversation_is_queued(call: Call) -> None:
    call("make it 1.5", 0.5)
    code, screen = call("make more 0", 0.1)
    assert code == 5
    assert screen.texts() == []
    assert "make more 0" in screen.remarks()[-1] and "make it 1.5" in screen.remarks()[-1]
    code, screen = call("make more 0")
    assert code == 0
    told = [text for text in screen.texts() if text != "heard make it 1.5"]  # a slow machine may not have said it yet
    assert told == ["made make it 1.5", "heard make more 0", "made make more 0"]


def test_an_answer_nobody_could_read_is_told_again(call: Call) -> None:
    with pytest.raises(BrokenPipeError):
        call("make it 0", broken=1)
    code, screen = call("make it 0")
    assert code == 0
    assert screen.texts() == ["heard make it 0", "made make it 0"]


@pytest.mark.parametrize("word", ["stop", "Stop!", "停", "取消。", "para", "stopp"])
def test_the_users_stop_stops(call: Call, word: str) -> None:
    call("make it 60", 0.6)
    begun = time.monotonic()
    code, screen = call(word)
    assert code == 0
    assert time.monotonic() - begun < 5
    assert [item.state for item in screen.heard if isinstance(item, Done)] == ["cancelled"]
    assert screen.texts() == []


def test_a_stop_that_comes_too_late_is_no_message_to_the_backend(call: Call) -> None:
    with pytest.raises(BrokenPipeError):
        call("make it 0", broken=1)
    code, screen = call("stop")
    assert code == 0
    assert screen.texts() == ["heard make it 0", "made make it 0", SAY("nothing_to_stop")]
    code, screen = call("stop 0")
    assert screen.texts() == ["heard stop 0", "made stop 0"], "anything else is one"


def test_credits_answer_beside_a_running_turn(call: Call) -> None:
    call("make it 4", 0.6)
    code, screen = call("credits")
    assert code == 0
    assert screen.texts() == [SAY("ready_local")] or screen.texts() == []
    assert SAY("working_beside", words="make it 4", progress=" (Making it, 25%)") in screen.remarks()
    code, screen = call("make it 4")
    assert screen.texts() == ["made make it 4"]


CALLER = """
import sys
from pathlib import Path
from skill import load_skill
from skill.hosts.cli.desk import Desk
from skill.hosts.cli.screen import AnswerScreen
from skill.hosts.cli.talk import Talk
from skill.turn.events import TurnRequest
from skill.turn.home import conversation_file
from skill.turn.journal import Journal
from skill.turn.runners import Detached
from skill.turn.say import Messages
from skill.turn.settings import Settings
root, here, script = map(Path, sys.argv[1:])
home = here / "home"
with Journal.open(conversation_file(home, "c"), name="c") as journal:
    say = Messages("en")
    talk = Talk(Desk(Settings(home=home), here, home), journal, load_skill(root), AnswerScreen(say), say, "status",
                Detached((sys.executable, str(script))))
    print("exit", talk.turn(TurnRequest("make it 60", output_dir=here, skill_dir=root), wait_s=None), flush=True)
"""


def test_control_c_at_a_terminal_stops_the_turn(tmp_path: Path, call: Call) -> None:
    code, journal = interrupted(tmp_path, terminal=True)
    assert code == 0
    assert [turn.state for turn in journal.turns()] == ["cancelled"]


def test_an_interrupt_from_a_host_stops_only_the_command(tmp_path: Path, call: Call) -> None:
    code, journal = interrupted(tmp_path, terminal=False)
    assert code == -signal.SIGINT
    assert [turn.state for turn in journal.turns()] == ["running"]
    call("stop")


def interrupted(here: Path, *, terminal: bool) -> tuple[int, Journal]:
    """Start a turn of a minute, interrupt its caller, and return the caller's exit code."""
    leader, follower = pty.openpty()
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(ROOT), str(here), str(here / "play.py")],
        stdout=subprocess.DEVNULL,
        stderr=follower if terminal else subprocess.DEVNULL,
        start_new_session=True,
    )
    journal = Journal.open(conversation_file(here / "home", "c"), name="c")
    begun = time.monotonic()
    while not (journal.turns() and journal.events(journal.turns()[0].id)):
        assert time.monotonic() - begun < 15
        time.sleep(0.05)
    os.kill(caller.pid, signal.SIGINT)
    code = caller.wait(20)
    os.close(leader)
    os.close(follower)
    return code, journal
