"""Export, status and credits."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from api import Draft
from skill.turn.filming import place, safe_name
from skill.turn.run import run_turn
from skill.turn.wanted import wanted

from .conftest import Bench, MemoryLog, ScriptedBackend, Silence, state

FILM: dict[str, Any] = {
    "t": [
        {"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]},
        {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": {"text": "Golden Hour!"}}]},
    ],
    "m": {"width": 1080, "height": 1920},
    "cloud_only": {"keep": [1, 2]},
}
PENDING = {"status": "pending"}
DONE = {"status": "completed", "output": {"url": "https://cdn.test/v.mp4?sig=1"}}


def film(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"the film", headers={"content-type": "video/mp4"})


@pytest.fixture
def ready(bench: Bench) -> Bench:
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("start_render", PENDING)
    bench.backend.reply("render_status", DONE)
    bench.backend.reply("download", film)
    return bench


def submitted(backend: ScriptedBackend) -> list[dict[str, Any]]:
    return [json.loads(body) for call, body in backend.bodies if call == "start_render"]


def test_a_film_is_rendered_polled_and_brought_home(ready: Bench) -> None:
    ready.backend.reply("render_status", {"status": "processing", "progress": 40}, DONE)
    log = ready.turn("send me the video")
    path = ready.folder / "out" / "golden-hour.mp4"
    assert path.read_bytes() == b"the film"
    assert [call for call in ready.backend.calls if call != "anonymous_token"] == [
        "state",
        "start_render",
        "render_status",
        "render_status",
        "download",
    ]
    assert ready.clock.monotonic() == 60
    file = log.told("file")[0]
    assert (file.path, file.bytes, file.media_type) == (str(path), 8, "video/mp4")
    assert file.url == "https://cdn.test/v.mp4?sig=1"
    assert log.texts == [f"Here is your video: {path}"]
    assert [event.fraction for event in log.told("progress") if event.stage == "render"] == [None, 0.4]
    assert ready.state == "finished"


def test_the_draft_goes_back_exactly_as_it_came(ready: Bench) -> None:
    ready.turn("export")
    body = submitted(ready.backend)[0]
    assert body["draft"] == FILM
    assert body["sessionId"] == "s1"
    assert body["id"].startswith("render_")
    assert body["output"] == {"format": "mp4", "quality": "high"}


def test_the_render_id_is_kept_before_the_draft_leaves_and_the_conversation_freed_after(ready: Bench) -> None:
    seen: list[Any] = []

    def reply(_: httpx.Request) -> object:
        seen.append((list(ready.log.durable), dict(ready.log.conversation.export or {})))
        return PENDING

    ready.backend.reply("start_render", reply)
    log = ready.turn("export")
    durable, kept = seen[0]
    assert durable == ["saved"]
    assert kept["render_id"] == submitted(ready.backend)[0]["id"]
    assert "released" in log.durable


def test_nothing_to_export_yet(bench: Bench) -> None:
    bench.known()
    for draft in (None, {"t": [{"tt": 0, "sg": []}]}):
        bench.backend.reply("state", state(draft))
        log = bench.turn("export")
        assert log.problem.code == "no_draft"
        assert "Send me some photos" in log.problem.advice


def test_no_file_is_ever_overwritten(ready: Bench) -> None:
    out = ready.folder / "out"
    out.mkdir()
    (out / "golden-hour.mp4").write_bytes(b"mine")
    ready.turn("export")
    assert (out / "golden-hour.mp4").read_bytes() == b"mine"
    assert (out / "golden-hour-2.mp4").read_bytes() == b"the film"
    assert sorted(path.name for path in out.iterdir()) == ["golden-hour-2.mp4", "golden-hour.mp4"]


def test_a_failed_render_is_tried_once_more_with_a_new_id(ready: Bench) -> None:
    ready.backend.reply("render_status", {"status": "failed"}, DONE)
    log = ready.turn("export")
    first, second = (body["id"] for body in submitted(ready.backend))
    assert first != second
    assert len(log.told("file")) == 1


def test_two_failures_are_said_and_nothing_is_claimed(ready: Bench) -> None:
    ready.backend.reply("render_status", {"status": "failed"})
    log = ready.turn("export")
    assert len(submitted(ready.backend)) == 2
    assert log.problem.code == "render_failed"
    assert log.told("file") == []
    assert ready.log.conversation.export is None


def test_a_blocked_plan_is_not_a_credit_matter(ready: Bench) -> None:
    ready.backend.reply("start_render", httpx.Response(402, json={"detail": "upgrade"}))
    log = ready.turn("导出")
    assert log.problem.code == "402"
    assert "积分无关" in log.problem.advice
    assert len(submitted(ready.backend)) == 1
    assert log.told("file") == []


def test_an_export_that_another_turn_began_is_taken_up_again(ready: Bench) -> None:
    ready.backend.reply("download", httpx.ConnectError("gone"))
    log = ready.turn("export")
    assert log.problem.code == "network"
    ready.backend.reply("download", film)
    log = ready.turn("export")
    assert len(submitted(ready.backend)) == 1
    assert len(log.told("file")) == 1


def test_a_changed_film_is_rendered_anew(ready: Bench) -> None:
    ready.turn("export")
    ready.backend.reply("state", state({**FILM, "m": {"width": 1080, "height": 1080}}))
    ready.turn("export")
    assert len(submitted(ready.backend)) == 2


def test_polls_that_go_unanswered_now_and_then_do_not_matter(ready: Bench) -> None:
    lost = httpx.ReadTimeout("slow")
    ready.backend.reply("render_status", lost, lost, DONE)
    assert len(ready.turn("export").told("file")) == 1


def test_a_reply_may_ask_to_be_polled_sooner(ready: Bench) -> None:
    ready.backend.reply("start_render", {"status": "pending", "retry_after_ms": 200})
    ready.turn("export")
    assert ready.clock.monotonic() == pytest.approx(0.2)


def test_an_hour_is_the_limit(ready: Bench) -> None:
    ready.backend.reply("render_status", {"status": "processing", "progress": 1})
    log = ready.turn("export")
    assert ready.clock.monotonic() == 3600
    assert (log.problem.code, log.problem.retryable) == ("render_slow", True)


def test_the_backends_own_download_stands_in(ready: Bench) -> None:
    ready.backend.reply("render_status", {"status": "completed"})
    ready.turn("export")
    last = ready.backend.requests[-1][1]
    assert last.url.path.endswith("/download")
    assert "authorization" in last.headers


def test_a_folder_that_cannot_be_written_is_found_out_before_the_render(ready: Bench) -> None:
    (ready.folder / "out").write_text("a file, not a folder")
    log = ready.turn("export")
    assert log.problem.code == "output"
    assert submitted(ready.backend) == []


def test_a_format_and_a_size_asked_for_in_words(ready: Bench) -> None:
    ready.turn("export it as mov in 720p")
    assert submitted(ready.backend)[0]["output"] == {"format": "mov", "quality": "high", "width": 720, "height": 1280}
    assert (ready.folder / "out" / "golden-hour.mov").exists()


def test_a_backend_that_knows_no_sizes_gets_the_plain_film(ready: Bench) -> None:
    ready.backend.reply("start_render", httpx.Response(422, json={"detail": [{"type": "extra_forbidden"}]}), PENDING)
    log = ready.turn("export in 720p")
    assert submitted(ready.backend)[1]["output"] == {"format": "mp4", "quality": "high"}
    assert len(log.told("file")) == 1


@pytest.mark.parametrize(
    ("text", "format", "side", "fps"),
    [
        ("export", "mp4", None, None),
        ("导出 4K 60帧", "mp4", 2160, 60),
        ("download as webm, 1080p", "webm", 1080, None),
        ("export photo1080px.mp4x", "mp4", None, None),
    ],
)
def test_wishes_in_words(text: str, format: str, side: int | None, fps: int | None) -> None:
    found = wanted(text, "mp4")
    assert (found.format, found.short_side, found.fps, found.frame) == (format, side, fps, None)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("640x360 导出", (640, 360)),
        ("send me the video at 1281 × 721", (1280, 720)),
        ("640 by 360 please, as a file", (640, 360)),
        ("export the 2x3 grid", None),
        ("export 12x90000", None),
    ],
)
def test_a_frame_asked_for_in_pixels_is_the_films(text: str, frame: tuple[int, int] | None) -> None:
    output = wanted(text, "mp4").output(Draft.model_validate({"m": {"width": 1920, "height": 1080}}))
    assert (output.get("width"), output.get("height")) == (frame or (None, None))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Golden Hour!", "golden-hour"),
        ("../../etc/passwd", "etc-passwd"),
        ("夏天的海", "夏天的海"),
        ("  ", ""),
        ("CON", "con-film"),
        (".hidden", "hidden"),
        ("a/b\\c:d*e\x00f", "a-b-c-d-e-f"),
        ("x" * 200, "x" * 60),
    ],
)
def test_safe_names(title: str, name: str) -> None:
    assert safe_name(title) == name


def test_places_count_up(tmp_path: Path) -> None:
    for number in range(3):
        finished = tmp_path / f"{number}.part"
        finished.write_bytes(b"x")
        place(finished, tmp_path / "film.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film-2.mp4", "film-3.mp4", "film.mp4"]


# -- status


def test_status_shows_the_tracks(ready: Bench) -> None:
    log = ready.turn("status")
    shown = log.told("timeline")[0]
    assert shown.text == 'Timeline (2 tracks):\n1. Video: a.jpg (0-4s)\n2. Title: "Golden Hour!" (0-3s)'
    assert (shown.width, shown.height) == (1080, 1920)


def test_status_of_an_empty_project_says_how_to_begin(bench: Bench) -> None:
    bench.known()
    log = bench.turn("status")
    assert bench.plan.examples[0] in log.texts[0]
    bench.known(uploaded={"x": "a.jpg"})
    assert bench.turn("状态").texts == ["还没有视频；已有 1 个文件：a.jpg。"]


def test_status_tells_how_a_running_export_is_doing(ready: Bench) -> None:
    ready.known(export={"render_id": "render_1", "digest": "x", "turn_id": "earlier"})
    ready.backend.reply("render_status", {"status": "processing", "progress": 42})
    assert ready.turn("status").texts == ["Your export is running, 42% done."]
    ready.backend.reply("render_status", httpx.Response(404, json={"detail": "unknown"}))
    assert ready.turn("status").texts == ["I could not find out how your export is doing."]


# -- credits


def test_credits_in_chinese(bench: Bench) -> None:
    bench.known()
    log = bench.turn("积分")
    assert log.told("balance")[0].text == "你有 88.5 个积分（另有 2 个因进行中的任务被冻结）。"


def test_a_backend_without_credits_is_free(bench: Bench) -> None:
    bench.known()
    bench.backend.reply(
        "balance", {"code": 0, "data": {"available": None, "frozen": None, "total": None, "unlimited": True}}
    )
    shown = bench.turn("credits").told("balance")[0]
    assert (shown.available, shown.text) == (
        None,
        "Everything is free on this machine, so there are no credits to count.",
    )


# -- what was delivered, and what could not be


def test_a_delivered_export_is_not_mentioned_again(ready: Bench) -> None:
    ready.turn("export")
    assert ready.turn("status").texts == []


def test_a_render_the_backend_lost_is_made_anew_the_next_time(ready: Bench) -> None:
    ready.backend.reply("download", httpx.Response(404, json={"detail": "gone"}))
    log = ready.turn("export")
    assert log.problem.code == "download"
    assert 'Say "export"' in log.problem.advice
    assert list((ready.folder / "out").iterdir()) == []
    ready.backend.reply("download", film)
    assert len(ready.turn("export").told("file")) == 1
    assert len(submitted(ready.backend)) == 2


def test_a_slow_download_tells_how_far_it_is(ready: Bench) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        half = b"\0\0\0\x18ftyp" + b"x" * (2**18 - 8)
        body = Silence([half, 5.0, half, 5.0], ready.backend)
        return httpx.Response(
            200, headers={"content-type": "video/mp4", "content-length": str(2 * len(half))}, stream=body
        )

    ready.backend.reply("download", slow)
    log = ready.turn("export")
    first, *others = [event.fraction for event in log.told("progress") if event.stage == "download"]
    assert first is None
    assert others == pytest.approx([0.5, 1.0], abs=0.001)


def test_a_refused_render_leaves_nothing_to_ask_about(ready: Bench) -> None:
    ready.backend.reply("start_render", httpx.Response(402, json={"detail": "upgrade"}))
    ready.turn("export")
    assert ready.turn("status").texts == []


def stopped(ready: Bench) -> list[str]:
    """What is told when an export is stopped after a while."""
    ready.log = MemoryLog(turn_id="t", conversation=ready.log.conversation)

    async def main() -> None:
        async with ready.clock, anyio.create_task_group() as tasks:
            tasks.start_soon(run_turn, ready.request("export"), ready.log, ready.runtime())
            await ready.clock.sleep(100)
            tasks.cancel_scope.cancel()

    anyio.run(main)
    ready.ran = True
    return ready.log.texts


def test_a_stopped_export_is_not_mentioned_and_taken_up_when_asked_for_again(ready: Bench) -> None:
    """Nobody said that this backend can be told to stop, so it is not claimed."""
    ready.backend.reply("render_status", {"status": "processing", "progress": 10})
    first, second = stopped(ready)
    assert first == "Stopped."
    assert second.startswith("mega-api-prod.nemovideo.ai had the film already and may go on making it, which costs")
    assert not [request for _, request in ready.backend.requests if request.method == "DELETE"]
    assert ready.turn("status").texts == []
    ready.backend.reply("render_status", DONE)
    assert len(ready.turn("export").told("file")) == 1
    assert len(submitted(ready.backend)) == 1


@pytest.mark.parametrize(("priced", "studio", "said"), [(True, False, False), (False, False, True), (True, True, True)])
def test_that_a_stopped_render_costs_nothing_is_said_only_where_it_is_so(
    ready: Bench, *, priced: bool, studio: bool, said: bool
) -> None:
    ready.plan = replace(ready.plan, export=replace(ready.plan.export, free=not priced))
    if studio:
        ready.known(free=True)
    ready.backend.reply(
        "render_status", lambda request: {"status": "processing"} if request.method == "GET" else httpx.Response(404)
    )
    told = stopped(ready)[1]
    assert "may go on making it" in told
    assert ("costs nothing" in told) == said


@pytest.mark.parametrize(("answer", "said"), [({"code": 0}, "not made any further"), (404, "may go on"), (500, "")])
def test_a_studio_is_told_to_stop(ready: Bench, answer: object, said: str) -> None:
    ready.known(free=True)

    def reply(request: httpx.Request) -> object:
        if request.method == "DELETE":
            return httpx.Response(answer) if isinstance(answer, int) else answer
        return {"status": "processing", "progress": 10}

    ready.backend.reply("render_status", reply)
    told = stopped(ready)
    assert told[0] == "Stopped."
    assert said in " ".join(told[1:]) and len(told) == 1 + bool(said)
    asked = [request for _, request in ready.backend.requests if request.method == "DELETE"]
    render_id = submitted(ready.backend)[0]["id"]
    assert [request.url.path for request in asked] == [f"/api/render/proxy/lambda/{render_id}"]
    ready.backend.reply("render_status", DONE)
    assert len(ready.turn("export").told("file")) == 1
    assert len(submitted(ready.backend)) == (2 if said == "not made any further" else 1)


def test_a_film_that_is_ready_when_its_turn_is_stopped_stays_ready(ready: Bench) -> None:
    ready.known(free=True)
    ready.backend.reply("render_status", *[{"status": "processing"}] * 3, DONE)
    assert stopped(ready) == ["Stopped."]
    assert len(ready.turn("export").told("file")) == 1
    assert len(submitted(ready.backend)) == 1


@pytest.mark.parametrize("key", ["tok-anonymous", "nmv_usr_of_somebody"])
def test_an_address_with_a_token_in_it_is_used_and_not_shown(ready: Bench, key: str) -> None:
    ready.backend.reply("render_status", {"status": "completed", "output": {"url": f"https://cdn.test/v.mp4?t={key}"}})
    log = ready.turn("export")
    assert len(log.told("file")) == 1
    assert key not in str(log.events)
