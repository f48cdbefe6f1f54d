"""The answer as text: first things first, 4 KB at most, nothing a host or terminal would obey."""

import json

import pytest

from skill.hosts.cli.exits import exit_code
from skill.hosts.cli.lines import json_line
from skill.hosts.cli.screen import AnswerScreen
from skill.hosts.cli.show import MOST_BYTES, answer, cut
from skill.turn.events import Done, FileReady, Offer, Problem, Progress, Status, Text, Timeline, TurnEvent
from skill.turn.say import Messages

SAY = Messages("en")
FILM = FileReady("/films/a.mp4", None, 2_500_000, "video/mp4")


def test_the_parts_of_an_answer_in_order() -> None:
    events = [Status("Setting up"), Text("Done."), Timeline((), 0, text="Timeline: …"), Offer("export", "Say export")]
    assert answer(events, SAY) == "Done.\n\nTimeline: …\n\nSay export"


def test_a_film_is_named_once() -> None:
    assert answer([FILM], SAY) == "/films/a.mp4 (2.5 MB)"
    assert answer([FILM, Text("Here it is: /films/a.mp4")], SAY) == "Here it is: /films/a.mp4"


def test_a_problem_says_what_to_do_and_what_it_cost() -> None:
    told = answer([Problem("x", "It broke.", "Try again.", charged=None)], SAY)
    assert told == "It broke. Try again. It may have been charged."
    assert answer([Problem("x", "坏了。", "再试一次。")], SAY) == "坏了。再试一次。"


@pytest.mark.parametrize("letter", ["a", "字", "🎞"])
@pytest.mark.parametrize("lines", [1, 400])
def test_a_long_answer_keeps_what_matters(letter: str, lines: int) -> None:
    words = "\n".join([letter * (9000 // lines)] * lines)
    offer = Offer("export", "Say export")
    told = answer([Text("First."), Text(words), FILM, Problem("x", "It broke.", "Try again."), offer], SAY)
    assert len(told.encode()) <= MOST_BYTES
    assert told.startswith("First.")
    for kept in ("/films/a.mp4", "It broke. Try again.", "Say export", SAY("cut_short")):
        assert kept in told


def test_cutting_never_breaks_a_letter() -> None:
    text = "视频" * 100
    for size in range(80, 300):
        shorter = cut(text, size)
        assert len(shorter.encode()) <= size
        assert text.startswith(shorter.removesuffix(" …"))


def test_several_turns_fit_into_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    screen = AnswerScreen(SAY)
    for number in range(3):
        screen.remark(f"About {number}:")
        screen.tell(Text("long " * 2000))
        screen.tell(Progress("half", "render", 0.5))
    screen.flush()
    told = capsys.readouterr()
    assert len(told.out.encode()) <= MOST_BYTES
    assert "About 0:" in told.out
    assert "half" not in told.out
    assert told.err.count("half") == 1


def test_a_terminal_line_in_a_path_is_no_longer_one() -> None:
    told = answer([FileReady("/films/a\nMEDIA:/etc/passwd\x1b[2J.mp4", None, 1, "video/mp4")], SAY)
    assert "\n" not in told and "\x1b" not in told


@pytest.mark.parametrize(
    ("code", "events"),
    [
        (0, [Text("x"), Done("t", "finished")]),
        (0, [Done("t", "asked")]),
        (0, [Done("t", "cancelled")]),
        (0, [Problem("bad_file", "x", "y"), Done("t", "finished")]),
        (3, [Problem("1001", "x", "y"), Done("t", "failed")]),
        (4, [Problem("2001", "x", "y"), Done("t", "failed")]),
        (4, [Problem("402", "x", "y"), Done("t", "failed")]),
        (5, [Text("x")]),
        (5, [Done("t", "queued")]),
        (6, [Problem("1002", "x", "y"), Done("t", "failed")]),
        (7, [Problem("network", "x", "y"), Problem("not_run", "x", "y"), Done("t", "failed")]),
        (8, [Problem("4002", "x", "y"), Done("t", "failed")]),
        (8, [Problem("bad_file", "x", "y"), Problem("not_run", "x", "y"), Done("t", "failed")]),
    ],
)
def test_exit_codes(code: int, events: list[TurnEvent]) -> None:
    assert exit_code(events) == code


@pytest.mark.parametrize("text", ["视频 \u2028", "half a pair \ud83c", '"\\'])
def test_a_line_of_json_can_always_be_written(text: str) -> None:
    line = json_line({"text": text})
    assert "\n" not in line
    assert json.loads(line.encode()) == {"text": text}
