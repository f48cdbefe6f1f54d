"""The one loop: first contact, intents in order, replies that ask for more, problems and what depends on them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest

from router import PhraseRow, RoutingTable
from skill.handlers.contract import PendingSend
from skill.turn.event_json import to_json
from skill.turn.events import Offer, Status, Text
from skill.turn.run import run_turn
from skill.turn.settings import Settings

from .conftest import Bench, MemoryLog, ScriptedBackend, state, tool

FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}
TITLED = {"t": [*FILM["t"], {"tt": 7, "sg": [{"d": 3000, "m": {"text": "Golden Hour"}}]}]}
COMPLETED = {"status": "completed", "output": {"url": "https://cdn.test/v.mp4"}}


def can_export(backend: ScriptedBackend) -> None:
    backend.reply("state", state(FILM))
    backend.reply("start_render", {"status": "pending"})
    backend.reply("render_status", COMPLETED)
    backend.reply("download", lambda _: httpx.Response(200, content=b"film", headers={"content-type": "video/mp4"}))


# -- first contact


def test_first_contact_connects_before_anything_else_and_says_that_all_is_ready(bench: Bench) -> None:
    log = bench.turn("credits")
    assert bench.backend.calls == ["anonymous_token", "create_session", "balance"]
    assert isinstance(log.events[0], Status)
    assert log.events[0].text == "Setting things up..."
    assert "Ready and connected to mega-api-prod.nemovideo.ai. You have 100 free credits" in log.texts[0]
    assert "--backend local" in log.texts[0]
    assert log.done.routes == ("credits",)
    assert bench.state == "finished"


def test_the_second_turn_goes_straight_to_its_action(bench: Bench) -> None:
    bench.turn("credits")
    log = bench.turn("credits")
    assert bench.backend.calls[3:] == ["balance"]
    assert [event.kind for event in log.events] == ["balance", "done"]


def test_the_session_is_made_in_the_users_language(bench: Bench) -> None:
    log = bench.turn("余额")
    body = next(body for call, body in bench.backend.bodies if call == "create_session")
    assert json.loads(body) == {"task_name": "project", "language": "zh"}
    assert log.texts[0].startswith("准备好了")


@pytest.mark.parametrize(("rule", "language"), [("absent", None), ("fixed:en", "en")])
def test_the_document_decides_whether_a_language_is_sent(bench: Bench, rule: str, language: str | None) -> None:
    bench.plan = replace(bench.plan, api=replace(bench.plan.api, language=rule))
    bench.turn("余额")
    body = next(body for call, body in bench.backend.bodies if call == "create_session")
    assert json.loads(body).get("language") == language


def test_every_request_carries_the_attribution_headers(bench: Bench) -> None:
    can_export(bench.backend)
    bench.backend.reply("send", bench.backend.stream("Done."))
    bench.turn("make the title bigger and then export")
    for call, request in bench.backend.requests:
        if request.url.host == "cdn.test":
            assert "authorization" not in request.headers
            assert "x-skill-source" not in request.headers
            continue
        assert request.headers["x-skill-source"] == bench.plan.identity.name
        assert request.headers["x-skill-version"] == bench.plan.identity.version
        assert "x-skill-platform" in request.headers
        assert ("authorization" in request.headers) == (call != "anonymous_token")


def test_an_empty_turn_asks_what_to_do_and_calls_nobody(bench: Bench) -> None:
    log = bench.turn("   ")
    assert bench.backend.calls == []
    assert bench.plan.examples[0] in log.texts[0]
    assert bench.state == "asked"


def test_a_document_that_cannot_run_says_why(bench: Bench) -> None:
    bench.plan = replace(bench.plan, runnable=False, not_runnable_because="It names no API.")
    log = bench.turn("export")
    assert log.problem.advice.startswith("It names no API. ")
    assert "skillturn lint" in log.problem.advice
    assert bench.backend.calls == []


def test_changing_the_backend_starts_afresh_and_says_so(bench: Bench) -> None:
    bench.known(backend="https://other.test", session_id="old", uploaded={"x": "a.jpg"}, draft=FILM)
    log = bench.turn("credits")
    assert "starts afresh" in log.texts[0]
    assert log.conversation.session_id == "s1"
    assert log.conversation.uploaded == {}


# -- replies that ask for more


def test_an_unconditional_export_instruction_exports(bench: Bench) -> None:
    bench.known()
    can_export(bench.backend)
    bench.backend.reply("send", bench.backend.stream("Your reel is ready! Click the Export button to download it."))
    log = bench.turn("make a reel")
    assert log.texts[0] == "Your reel is ready!"
    assert len(log.told("file")) == 1
    assert "click" not in " ".join(log.texts).lower()


def test_an_offer_is_offered_in_the_users_language_and_yes_means_it(bench: Bench) -> None:
    bench.known()
    can_export(bench.backend)
    bench.backend.reply("send", bench.backend.stream("片子做好了。如果你满意，可以点击导出按钮。"))
    log = bench.turn("给我做一个旅行短片")
    assert log.told("offer") == [Offer("export", "说“导出”，我就把视频发给你。")]
    assert bench.state == "asked"
    assert "start_render" not in bench.backend.calls
    log = bench.turn("好的")
    assert len(log.told("file")) == 1
    assert bench.backend.calls.count("send") == 1


def test_what_the_user_asked_for_is_not_done_twice(bench: Bench) -> None:
    bench.known()
    can_export(bench.backend)
    bench.backend.reply("send", bench.backend.stream("Done. Click the Export button to download it."))
    bench.turn("make the title bigger and then export")
    assert bench.backend.calls.count("start_render") == 1


def test_a_drag_instruction_goes_back_as_one_direct_request(bench: Bench) -> None:
    bench.known()
    bench.backend.reply(
        "send",
        bench.backend.stream("Drag the sunset clip between shots 2 and 3."),
        bench.backend.stream("Moved it. Drag the beach clip to the end."),
    )
    log = bench.turn("put the sunset later")
    messages = bench.backend.sent_messages()
    assert len(messages) == 2, "the loop is bounded: chat at most twice"
    assert "sunset clip between shots 2 and 3" in messages[1]
    assert "There is no screen here" in messages[1]
    assert log.texts == ["Moved it."]


def test_a_click_is_confirmed_unless_it_spends_or_deletes(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream('Click "Continue" to proceed.'), bench.backend.stream("Going on."))
    bench.turn("make a film")
    assert bench.backend.sent_messages()[1] == "Yes, go ahead: Continue"
    bench.backend.reply("send", bench.backend.stream('Click "Delete all clips" to proceed.'))
    before = bench.backend.calls.count("send")
    log = bench.turn("make a film")
    assert bench.backend.calls.count("send") == before + 1
    assert [offer.action for offer in log.told("offer")] == ["chat"]


def test_an_open_panel_instruction_shows_the_tracks(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("send", bench.backend.stream("I trimmed the intro. Open the Media panel to see the clips."))
    log = bench.turn("trim the intro")
    assert log.texts == ["I trimmed the intro."]
    assert len(log.told("timeline")) == 1


def test_an_upload_instruction_says_how_to_send_files(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("I need photos. Click the Upload button to add them."))
    log = bench.turn("make a film")
    assert "Drop your photos" in log.texts[-1]


# -- problems and what depends on them


def test_when_no_file_can_be_used_the_words_about_them_are_not_sent(bench: Bench, photo: Callable[..., Path]) -> None:
    bench.known()
    log = bench.turn("turn these into a reel", photo("fake.jpg", b"hello, I am text"))
    assert not {"upload", "send"} & set(bench.backend.calls)
    bad, not_run = log.told("problem")
    assert bad.code == "bad_file"
    assert "your request" in not_run.message
    assert bench.state == "failed"


def test_a_failed_chat_stops_the_export_that_depends_on_it(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("send", {"code": 2001, "message": "no credits"})
    log = bench.turn("make the title bigger and then export")
    assert [problem.code for problem in log.told("problem")] == ["2001", "not_run"]
    assert "start_render" not in bench.backend.calls


def test_no_credits_on_an_anonymous_token_shows_the_registration_page(bench: Bench) -> None:
    bench.known(bind_id="b 1")
    bench.backend.reply("send", {"code": 2001})
    problem = bench.turn("make it warmer").problem
    assert "https://nemovideo.com?bind=b%201" in problem.advice
    assert problem.charged is False


def test_no_credits_on_a_given_token_says_top_up(bench: Bench) -> None:
    bench.settings = Settings(token="given-token")
    bench.known()
    bench.backend.reply("send", {"code": 2001})
    assert "Top up" in bench.turn("make it warmer").problem.advice


def test_an_expired_token_is_replaced_once(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("balance", {"code": 1001}, {"code": 0, "data": {"available": 5}})
    log = bench.turn("credits")
    assert bench.backend.calls == ["anonymous_token", "balance", "anonymous_token", "balance"]
    assert log.told("balance")[0].available == 5


def test_a_given_token_that_is_refused_is_said_to_be_bad_not_replaced(bench: Bench) -> None:
    bench.settings = Settings(token="given-token")
    bench.known()
    bench.backend.reply("balance", {"code": 1001})
    problem = bench.turn("credits").problem
    assert "NEMO_TOKEN" in problem.message
    assert "anonymous_token" not in bench.backend.calls
    assert "given-token" not in str(bench.log.events)


def test_a_lost_session_is_made_anew_once_and_said(bench: Bench) -> None:
    bench.known(session_id="gone", uploaded={"x": "a.jpg"})
    bench.backend.reply("state", {"code": 1002}, state(None))
    log = bench.turn("status")
    assert bench.backend.calls == ["anonymous_token", "state", "create_session", "state"]
    assert "opened a new one" in log.texts[0]
    assert log.conversation.session_id == "s1"
    assert log.conversation.uploaded == {}


def test_a_rate_limit_waits_half_a_minute_and_tries_once_more(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("balance", httpx.Response(429, json={"detail": "slow down"}))
    log = bench.turn("credits")
    assert bench.backend.calls.count("balance") == 2
    assert bench.clock.monotonic() == 30
    assert log.problem.code == "429"


def test_no_free_token_left_is_said_plainly(bench: Bench) -> None:
    bench.backend.reply("anonymous_token", httpx.Response(429, json={"code": 429}))
    problem = bench.turn("credits").problem
    assert "already had its free token" in problem.message
    assert "--backend local" in problem.advice


def test_an_unreachable_backend_is_one_clear_problem(bench: Bench) -> None:
    bench.backend.reply("anonymous_token", httpx.ConnectError("no route"))
    problem = bench.turn("make a film").problem
    assert (problem.code, problem.retryable, problem.charged) == ("network", True, False)
    assert "mega-api-prod.nemovideo.ai" in problem.message


def test_an_unknown_code_gets_an_honest_general_answer(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("balance", {"code": 7777, "message": "<script>internal</script>"})
    problem = bench.turn("credits").problem
    assert "7777" in problem.message
    assert "script" not in str(problem)


def test_an_action_nobody_knows_is_offered_as_a_chat(bench: Bench) -> None:
    bench.known()
    row = PhraseRow(("teleport",), ("other",), 7, label="→ Teleportation")
    bench.plan = replace(bench.plan, routing=RoutingTable((row, *bench.plan.routing.rows)))
    log = bench.turn("teleport")
    assert "Teleportation" in log.problem.message
    assert log.told("offer")[0].action == "chat"


# -- words from outside


def test_only_translated_words_reach_the_host(bench: Bench) -> None:
    bench.known()
    bench.backend.reply(
        "send",
        bench.backend.stream(
            tool("render_preview"),
            {"content": {"parts": [{"text": "secret plan", "thought": True}]}},
            {
                "content": {
                    "parts": [{"text": '{"tool": 1}'}, {"functionCall": {"name": "x", "args": {"p": "PRIVATE"}}}]
                }
            },
            "All set.",
        ),
    )
    log = bench.turn("make a film")
    assert "secret" not in str(log.events)
    assert "PRIVATE" not in str(log.events)
    assert log.texts[-1] == "All set."


# -- the turn's end


def test_the_message_is_marked_before_it_leaves_and_settled_after_it_was_told(bench: Bench) -> None:
    bench.known()
    seen: list[list[str]] = []

    def reply(_: httpx.Request) -> httpx.Response:
        seen.append(list(bench.log.durable))
        return bench.backend.stream("Made it.")

    bench.backend.reply("send", reply)
    log = bench.turn("make a film")
    assert seen == [["about_to_send"]]
    assert log.durable == ["about_to_send", "text", "settled", "saved", "done"]


def test_a_turn_that_runs_again_leaves_an_answered_message_alone(bench: Bench) -> None:
    bench.known(answered=["again-1"])
    bench.log = MemoryLog(turn_id="again", conversation=bench.log.conversation)
    bench.run(bench.request("make a film"))
    assert "send" not in bench.backend.calls


def test_a_turn_that_died_after_sending_compares_and_never_sends_again(bench: Bench) -> None:
    bench.known()
    pending = PendingSend("again-1", "add the title Golden Hour", FILM)
    bench.log = MemoryLog(turn_id="again", conversation=bench.log.conversation, pending=pending)
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.run(bench.request("add the title Golden Hour"))
    assert "send" not in bench.backend.calls
    assert 'added the title "Golden Hour"' in bench.log.texts[0]
    assert bench.log.pending is None
    assert bench.state == "finished"


def test_a_cancelled_turn_says_what_was_applied_and_closes(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM), state(TITLED))
    bench.backend.reply("send", bench.backend.stream(tool("add_title"), 3600.0))
    bench.log = MemoryLog(turn_id="t", conversation=bench.log.conversation)

    async def main() -> None:
        async with bench.clock, anyio.create_task_group() as tasks:
            tasks.start_soon(run_turn, bench.request("add a title"), bench.log, bench.runtime())
            await bench.clock.sleep(10)
            tasks.cancel_scope.cancel()

    anyio.run(main)
    assert bench.log.events[-2] == Text('Stopped. This was already applied: added the title "Golden Hour".')
    assert bench.log.done.state == "cancelled"
    assert bench.log.pending is None


def test_a_log_that_lost_its_lease_stops_the_turn_as_itself(bench: Bench) -> None:
    class LeaseLost(Exception):
        pass

    class LostLog(MemoryLog):
        def append(self, event: object) -> None:
            raise LeaseLost

    bench.known()
    bench.backend.reply("send", bench.backend.stream(300.0))
    bench.log = LostLog(turn_id="t", conversation=bench.log.conversation)
    with pytest.raises(LeaseLost):
        bench.run(bench.request("make a film"))


# -- in whose name


@pytest.mark.parametrize(("words", "sent"), [("remove the beach clip", 2), ("make it shorter", 1)])
def test_an_edit_that_destroys_is_done_only_for_someone_who_asked_for_it(bench: Bench, words: str, sent: int) -> None:
    bench.known()
    bench.backend.reply(
        "send", bench.backend.stream("Drag the beach clip to the bin to remove it."), bench.backend.stream("Gone.")
    )
    log = bench.turn(words)
    assert bench.backend.calls.count("send") == sent
    assert len(log.told("offer")) == 2 - sent


def test_a_yes_to_nothing_in_particular_is_for_the_backend(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("Shall I add music?"), bench.backend.stream("Added."))
    bench.turn("make a film")
    assert bench.state == "asked"
    bench.turn("yes")
    assert bench.backend.sent_messages()[1] == "yes"


def test_an_offer_lives_for_one_turn(bench: Bench) -> None:
    bench.known(offered=["export"])
    bench.turn("credits")
    assert bench.log.conversation.offered == []


def test_an_answer_that_was_nothing_but_gui_speak_is_told_by_what_it_does(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("send", bench.backend.stream("Open the Media panel to see the clips."))
    log = bench.turn("trim the intro")
    assert [event.kind for event in log.events] == ["timeline", "done"]


# -- turns that run again, turns that are stopped early


def test_a_second_message_whose_fate_is_unknown_is_looked_for_as_well(bench: Bench) -> None:
    bench.known(answered=["again-1"])
    pending = PendingSend("again-2", "Move the clip.", FILM)
    bench.log = MemoryLog(turn_id="again", conversation=bench.log.conversation, pending=pending)
    bench.backend.reply("state", state(TITLED))
    bench.run(bench.request("make a film"))
    assert "send" not in bench.backend.calls
    assert "your request arrived" in bench.log.texts[0]
    assert bench.log.pending is None


def test_the_embedded_studio_is_asked_again_under_the_same_id(bench: Bench) -> None:
    bench.name = "local"
    bench.known()
    pending = PendingSend("again-1", "make a film", None)
    bench.log = MemoryLog(turn_id="again", conversation=bench.log.conversation, pending=pending)
    bench.backend.reply("send", bench.backend.stream("Made it."))
    bench.run(bench.request("make a film"))
    assert [r.headers["idempotency-key"] for call, r in bench.backend.requests if call == "send"] == ["again-1"]
    assert bench.log.texts == ["Made it."]


def test_a_turn_stopped_before_anything_was_sent_says_only_that(bench: Bench) -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await bench.clock.sleep(3600)
        raise AssertionError("nobody waits that long")

    bench.backend.handle_async_request = slow  # type: ignore[method-assign]  # a backend that does not answer
    bench.log = MemoryLog(turn_id="t")

    async def main() -> None:
        async with bench.clock, anyio.create_task_group() as tasks:
            tasks.start_soon(run_turn, bench.request("make a film"), bench.log, bench.runtime())
            await bench.clock.sleep(10)
            tasks.cancel_scope.cancel()

    anyio.run(main)
    assert bench.log.texts == ["Stopped."]
    assert bench.log.done.state == "cancelled"


def test_subtitles_are_asked_of_the_video_agent(bench: Bench) -> None:
    bench.known()
    row = PhraseRow(("subtitles",), ("subtitles",), 7, label="→ Subtitles")
    bench.plan = replace(bench.plan, routing=RoutingTable((row, *bench.plan.routing.rows)))
    bench.backend.reply("send", bench.backend.stream("Captions are in."))
    log = bench.turn("subtitles")
    assert bench.backend.sent_messages() == ["subtitles"]
    assert log.texts == ["Captions are in."]


def test_a_turn_that_runs_again_still_knows_what_yes_meant(bench: Bench) -> None:
    bench.known(offered=["export"])
    can_export(bench.backend)
    bench.log = MemoryLog(turn_id="again", conversation=bench.log.conversation)

    class Died(Exception):
        pass

    def die(_: httpx.Request) -> object:
        raise Died

    bench.backend.reply("state", die)
    with pytest.raises(Died):
        bench.run(bench.request("yes"))
    bench.backend.reply("state", state(FILM))
    bench.run(bench.request("yes"))
    assert len(bench.log.told("file")) == 1


def test_a_document_that_knows_claim_links_gives_one_at_first_contact(bench: Bench) -> None:
    bench.plan = replace(bench.plan, said={**bench.plan.said, "api.endpoints.claim_token": 1})
    bench.backend.reply("/api/auth/claim-token", {"code": 0, "data": {"claim_token": "clm_1234"}})
    assert "https://nemovideo.com/workspace/claim?ct=clm_1234" in bench.turn("credits").texts[0]
    assert "claim" not in str(bench.turn("credits").texts)


@pytest.mark.parametrize(
    "reply", [httpx.Response(404), {"code": 0, "data": {"claim_token": "nmv_usr_secret"}}, httpx.ReadTimeout("slow")]
)
def test_a_claim_link_that_is_not_to_be_had_is_not_missed(bench: Bench, reply: object) -> None:
    bench.plan = replace(bench.plan, said={**bench.plan.said, "api.endpoints.claim_token": 1})
    bench.backend.reply("/api/auth/claim-token", reply)
    log = bench.turn("credits")
    assert "browser" not in log.texts[0]
    assert "nmv_usr" not in str(log.events)
    assert bench.state == "finished"


# -- what is said of charges


FREE = {"code": 0, "data": {"token": "t-studio-1234", "credits": None, "unlimited": True}}


@pytest.mark.parametrize("name", ["local", "http://127.0.0.1:9999"])
@pytest.mark.parametrize(
    "reply", [httpx.ReadError("reset"), {"code": 7777}, httpx.Response(500), "failure in the stream"], ids=str
)
def test_nothing_is_said_of_charges_where_nothing_is_counted(bench: Bench, name: str, reply: object) -> None:
    bench.name = name
    bench.backend.reply("anonymous_token", FREE)
    if isinstance(reply, str):
        reply = lambda _: bench.backend.stream({"error": "boom"})  # noqa: E731
    bench.backend.reply("send", reply)
    problem = bench.turn("make a film").problem
    assert problem.charged is False
    assert "charged" not in f"{problem.message} {problem.advice}"


def test_a_backend_that_shows_no_balance_counts_nothing(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("balance", {"code": 0, "data": {"available": None, "frozen": None, "total": None}})
    bench.turn("credits")
    bench.backend.reply("send", httpx.ReadError("reset"))
    assert bench.turn("make a film").problem.charged is False


def test_a_studio_that_listens_on_this_machine_is_no_cloud(bench: Bench, photo: Callable[..., Path]) -> None:
    bench.name = "http://127.0.0.1:9999"
    bench.backend.reply("anonymous_token", FREE)
    texts = bench.turn("", photo("a.jpg")).texts
    assert "nothing leaves this machine" in texts[0]
    assert not [text for text in texts if "go to" in text]


def test_a_backend_on_this_machine_that_counts_credits_may_pass_on(bench: Bench, photo: Callable[..., Path]) -> None:
    bench.name = "http://127.0.0.1:9999"
    texts = bench.turn("", photo("a.jpg")).texts
    assert "go to 127.0.0.1" in texts[1]


def test_nobodys_token_is_shown(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("Yours: nmv_usr_0123-abc_X. His: tok-anonymous. A link: clm_77."))
    shown = [to_json(event) for event in bench.turn("make a film").events]
    assert shown[0]["text"] == "Yours: …. His: …. A link: clm_77."
