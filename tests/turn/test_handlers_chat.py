"""Chat against a scripted stream: silence, breaks, limits, failures; nothing billed is ever sent twice."""

import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import Heartbeat, StreamEnd, StreamEvent, TextPart, ToolActivity
from router import translate
from skill.document import SkillPlan
from skill.turn.events import BackendText
from skill.turn.listening import Listener
from skill.turn.reply import Reply

from .conftest import Bench, ScriptedBackend, state, tool

FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}
TITLED = {"t": [*FILM["t"], {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": {"text": "Golden Hour"}}]}]}
CUT = httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def says_that_it_goes_on(bench: Bench) -> int:
    return sum(1 for event in bench.log.told("progress") if event.stage == "working")


def test_the_users_own_words_are_sent(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("Fine."))
    bench.turn('add the title "Golden Hour" for the first 3 seconds')
    assert bench.backend.sent_messages() == ['add the title "Golden Hour" for the first 3 seconds']


def test_still_working_is_said_every_two_minutes_of_silence(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream(tool("render"), 500.0, "Your clip is ready."))
    log = bench.turn("make a film")
    assert [event.text for event in log.told("progress")] == ["⏳ Still working..."] * 4
    assert log.texts == ["Your clip is ready."]


def test_heartbeats_do_not_end_a_turn(bench: Bench) -> None:
    bench.known()
    beats: list[Any] = [b": heartbeat\n\n", 50.0, b"data:\n\n", 50.0, b"data: heartbeat\n\n", 50.0]
    bench.backend.reply("send", bench.backend.stream(*beats, "Ready."))
    assert bench.turn("make a film").texts == ["Ready."]


def test_a_silent_edit_is_told_from_the_two_drafts(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.backend.reply("send", bench.backend.stream(tool("add_title"), tool("add_title", done=True)))
    log = bench.turn("add the title Golden Hour")
    assert log.texts == ['Done: added the title "Golden Hour".']
    assert log.conversation.draft == TITLED


def test_a_silent_turn_that_changed_nothing_says_so(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("send", bench.backend.stream("\n"))
    assert bench.turn("add the title Golden Hour").texts == ["That went through, but nothing in your video changed."]


def test_the_first_result_is_told_at_once_and_the_rest_later(bench: Bench) -> None:
    bench.known()
    bench.backend.reply(
        "send",
        bench.backend.stream(
            "Your clip is ready.", tool("add_music"), 200.0, tool("add_music", done=True), "Music too."
        ),
    )
    log = bench.turn("make a film")
    assert [event.kind for event in log.events] == ["text", "progress", "text", "done"]
    assert log.texts == ["Your clip is ready.", "Music too."]


def test_what_is_added_after_the_words_is_listed(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(None), state(TITLED))
    later = (tool("add_title"), 60.0, tool("add_title", done=True))
    bench.backend.reply("send", bench.backend.stream("Your raw clip is ready.", tool("x", done=True), *later))
    log = bench.turn("make a film")
    assert [event.kind for event in log.events] == ["text", "timeline", "done"]
    assert "Golden Hour" in log.told("timeline")[0].text


def test_nothing_is_listed_where_the_backend_has_the_last_word(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("A clip.", tool("x"), tool("x", done=True), "And a title."))
    assert [event.kind for event in bench.turn("make a film").events] == ["text", "text", "done"]
    assert bench.backend.calls.count("state") == 1


def test_fifteen_minutes_are_the_limit(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.backend.reply("send", bench.backend.stream(tool("x"), 5000.0))
    log = bench.turn("make a film")
    assert bench.clock.monotonic() == 900
    assert log.texts == ['Before that, this was already applied: added the title "Golden Hour".']
    assert (log.problem.code, log.problem.charged) == ("timeout", None)
    assert "15 minutes" in log.problem.message
    assert bench.backend.calls.count("send") == 1


def test_a_limit_on_heartbeats_only_where_the_document_has_one(bench: Bench) -> None:
    bench.known()
    beats: list[Any] = [piece for _ in range(80) for piece in (b"data:\n\n", 10.0)]
    bench.backend.reply("send", bench.backend.stream(*beats, "Late but fine."))
    assert bench.turn("make a film").texts == ["Late but fine."]
    bench.plan = replace(bench.plan, stream=replace(bench.plan.stream, heartbeat_only_timeout_s=300))
    bench.backend.reply("send", bench.backend.stream(*beats, "Too late."))
    log = bench.turn("make a film")
    assert log.problem.code == "quiet"
    assert log.texts == []


def test_a_failure_in_the_stream_reports_the_edits_as_well(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    failure = {"error": "RuntimeError: model backend unavailable", "error_details": {"error_type": "RuntimeError"}}
    bench.backend.reply("send", bench.backend.stream(tool("add_title"), tool("add_title", done=True), failure))
    log = bench.turn("add the title Golden Hour")
    assert log.texts == ['Before that, this was already applied: added the title "Golden Hour".']
    assert log.problem.code == "stream"
    assert "RuntimeError" not in str(log.events)


def test_a_backends_afterthought_about_itself_is_no_failure(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("Your reel is ready.", "I encountered a temporary issue."))
    log = bench.turn("make a film")
    assert log.texts == ["Your reel is ready."]
    assert log.told("problem") == []


def test_a_cut_answer_is_shown_and_said_to_be_cut(bench: Bench) -> None:
    bench.known()
    cut = {"content": {"parts": [{"text": "First I would"}]}, "finishReason": "MAX_TOKENS"}
    bench.backend.reply("send", bench.backend.stream(cut))
    assert bench.turn("make a film").texts == ["First I would", "(The answer was cut short by its length limit.)"]


# -- the connection breaks


def test_a_broken_stream_is_followed_by_looking_never_by_sending_again(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(FILM), state(FILM), state(TITLED))
    bench.backend.reply("send", bench.backend.stream(tool("add_title"), CUT))
    log = bench.turn("add the title Golden Hour")
    assert log.texts == ['The connection broke, but your request arrived: added the title "Golden Hour".']
    assert bench.clock.monotonic() == 30 + 60 + 60
    assert bench.backend.calls.count("send") == 1
    assert bench.state == "finished"


def test_five_looks_without_a_change_are_reported_and_a_retry_offered(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("send", bench.backend.stream(CUT), bench.backend.stream("Done now."))
    log = bench.turn("add the title Golden Hour")
    assert (log.problem.code, log.problem.charged, log.problem.retryable) == ("interrupted", None, True)
    assert "did not send it a second time" in log.problem.advice
    assert bench.backend.calls.count("send") == 1
    assert bench.backend.calls.count("state") == 1 + 6
    assert bench.clock.monotonic() == 30 + 5 * 60
    bench.turn("try again")
    assert bench.backend.sent_messages() == ["add the title Golden Hour"] * 2


def test_an_answer_read_before_the_break_is_shown(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.backend.reply("send", bench.backend.stream("Adding the title.", tool("add_title"), CUT))
    log = bench.turn("add the title Golden Hour")
    assert log.texts[0] == "Adding the title."


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_gives_up_may_have_passed_the_message_on(bench: Bench, status: int) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.backend.reply("send", httpx.Response(status, html="<html>Bad gateway</html>"))
    log = bench.turn("add the title Golden Hour")
    assert "your request arrived" in log.texts[0]
    assert bench.backend.calls.count("send") == 1


def test_a_message_that_never_left_is_simply_a_network_problem(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", httpx.ConnectError("refused"))
    log = bench.turn("make a film")
    assert (log.problem.code, log.problem.charged) == ("network", False)
    assert bench.clock.monotonic() == 0
    assert log.pending is None


def test_a_backend_that_commits_each_id_once_is_asked_again_with_the_same_id(bench: Bench) -> None:
    bench.name = "local"
    bench.known()
    bench.backend.reply(
        "send",
        bench.backend.stream("Adding it.", tool("x"), CUT),
        bench.backend.stream("Adding it.", tool("x"), "Done."),
    )
    log = bench.turn("make a film")
    assert log.texts == ["Adding it.", "Done."], "what was told before the break is not told again"
    keys = [request.headers["idempotency-key"] for call, request in bench.backend.requests if call == "send"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


# -- what is ready to be shown, and when


def pieces(*events: StreamEvent) -> list[BackendText | None]:
    listener = Listener()
    return [listener.take(event) for event in events]


def test_what_was_said_is_handed_up_when_the_backend_turns_to_something_else() -> None:
    heard = pieces(TextPart("One. Two. Thr"), Heartbeat(), TextPart("ee."), StreamEnd("One. Two. Three.", silent=False))
    assert heard == [None, BackendText("One. Two. Thr", last=False), None, BackendText("ee.")]


def test_a_tool_call_shows_all_that_came_before_it() -> None:
    heard = pieces(TextPart("One. Two."), ToolActivity("x", done=False), StreamEnd("One. Two.", silent=False))
    assert heard == [None, BackendText("One. Two."), BackendText("")]


def test_fragments_whose_whole_never_came_are_shown_at_the_end() -> None:
    heard = pieces(TextPart("He", partial=True), TextPart("llo", partial=True), StreamEnd("Hello", silent=False))
    assert heard == [None, None, BackendText("Hello")]


def test_an_answer_heard_twice_is_handed_up_once() -> None:
    listener = Listener(told=len("One. Two."))
    events = (TextPart("One. "), Heartbeat(), TextPart("Two. Three."), StreamEnd("One. Two. Three. Fo", silent=False))
    assert [listener.take(event) for event in events] == [None, None, None, BackendText(" Three. Fo")]


def test_an_answer_of_many_texts_takes_its_time_in_proportion() -> None:
    def cpu_s(texts: int) -> float:
        listener = Listener()
        begun = time.process_time()
        for _ in range(texts):
            listener.take(TextPart("A sentence of its own. "))
            listener.take(Heartbeat())
        return time.process_time() - begun

    assert cpu_s(80_000) < 10 * min(cpu_s(20_000) for _ in range(3))


def test_silence_in_the_middle_of_an_answer_changes_nothing_of_it(bench: Bench) -> None:
    bench.known()
    answer = "Your reel is ready.\n\nIt has 3 clips. You can click Export to sa"
    told = []
    for pause in ((), (b": heartbeat\n\n", 40.0), (b"data:\n\n", 200.0, b"data:\n\n")):
        bench.backend.reply("send", bench.backend.stream(answer[:9], *pause, answer[9:], *pause, "ve it.", *pause))
        bench.backend.reply("state", state(FILM))
        log = bench.turn("make a film")
        told.append(("\n\n".join(log.texts), [offer.action for offer in log.told("offer")]))
    assert told[0][0] == "Your reel is ready.\n\nIt has 3 clips."
    assert told[0] == told[1] == told[2]


@given(st.lists(st.integers(0, 120), max_size=6))
def test_an_answer_is_translated_alike_however_it_is_cut(plan: SkillPlan, cuts: list[int]) -> None:
    answer = 'Done! Click "Export" to save it.\n\nNext steps:\n1. Open the panel\n2. 点击导出按钮。 A “so. Or” so.'
    edges = [0, *sorted(min(cut, len(answer)) for cut in cuts), len(answer)]
    reply = Reply(plan.replies)
    taken = [reply.take(BackendText(answer[a:b], last=False)) for a, b in pairwise(edges)]
    taken.append(reply.take(BackendText("")))
    whole = translate(answer, plan.replies)
    shown = [text for text, _ in taken if text]
    assert "\n\n".join(shown) == whole.text.strip()
    assert tuple(intent for _, found in taken for rewrite in found for intent in rewrite.intents) == whole.intents


def test_backend_text_is_not_an_event() -> None:
    assert not hasattr(BackendText("x"), "kind")


def test_chunks_do_not_matter(bench: Bench, plan: object) -> None:
    whole = b'data: {"content":{"parts":[{"text":"Caf\xc3\xa9 reel. All set."}]}}\n\n'
    told = []
    for at in range(1, len(whole), 7):
        backend = ScriptedBackend(bench.clock)
        bench.backend = backend
        bench.known()
        backend.reply("send", backend.stream(whole[:at], whole[at:]))
        told.append(bench.turn("make a film").texts)
    assert told == [["Café reel. All set."]] * len(told)
