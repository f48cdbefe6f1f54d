"""Films are leased rows: made once, one at a time, and resumed by whoever comes next."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from studio import Rendered, RenderError, RenderStopped
from studio.renders import CANCELLED, CUT_OFF, LEASE_S, MAX_ATTEMPTS, RenderQueue
from studio.store import Store

from .conftest import DRAFT, Caller, Lab, LateClock, write_film

pytestmark = pytest.mark.anyio

NOW = 1_800_000_000.0

# Another process with the studio open: it exports with the token it is given and says when frames are being made.
WORKER = """
import sys, time
from pathlib import Path
import anyio, httpx
from studio import LocalTransport, Studio

home, authorization, session_id, render_id = Path(sys.argv[1]), *sys.argv[2:5]

def render(draft, media, out, options, *, on_progress, stopped):
    out.write_bytes(b"half")
    on_progress(1, 2)
    print("rendering", flush=True)
    time.sleep(60)

async def main():
    transport = LocalTransport(home, studio=Studio(home, render=render))
    headers = {"Authorization": authorization, "X-Skill-Source": "t", "X-Skill-Version": "1", "X-Skill-Platform": "u"}
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local", headers=headers) as http:
        draft = {"t": [{"tt": 0, "sg": [{"d": 4000}]}]}
        body = {"id": render_id, "sessionId": session_id, "draft": draft}
        await http.post("/api/render/proxy/lambda", json=body)
        await anyio.sleep_forever()

anyio.run(main)
"""


@contextmanager
def worker(lab: Lab, caller: Caller, render_id: str) -> Iterator["subprocess.Popen[str]"]:
    """A second process that is in the middle of a film."""
    arguments = [str(lab.home), caller.headers["Authorization"], caller.session_id, render_id]
    process = subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "rendering\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def film_that_waits(gate: threading.Event, **then: Any) -> Callable[..., Rendered]:
    """A renderer that reports half, waits for the gate or for being stopped, and then does as it was told."""

    def render(draft: Any, media: Any, out: Path, options: Any, *, on_progress: Any, stopped: Any) -> Rendered:
        out.write_bytes(b"half")
        on_progress(1, 2)
        while not gate.wait(0.01):
            if stopped():
                raise RenderStopped
        if "error" in then:
            raise then["error"]
        return write_film(draft, media, out, options)

    return render


async def test_an_export_becomes_a_film_to_download(lab: Lab, gate: threading.Event) -> None:
    async with lab.caller(lab.studio(render=film_that_waits(gate))) as caller:
        assert (await caller.export("render_1"))["status"] == "pending"
        await caller.until("render_1", lambda answer: answer["progress"] == 0.5)
        assert (await caller.http.get("/api/render/proxy/render_1/download", headers=caller.headers)).status_code == 404
        gate.set()
        done = await caller.film("render_1")
        assert done["output"]["url"] == "http://studio.local/api/render/proxy/render_1/download"
        film = await caller.http.get(done["output"]["url"], headers=caller.headers)
        assert (film.content, film.headers["content-type"]) == (b"film of 4000 ms", "video/mp4")
        part = await caller.http.get(done["output"]["url"], headers=caller.headers | {"Range": "bytes=5-6"})
        assert (part.status_code, part.content) == (206, b"of")
    assert [path.name for path in (lab.home / "renders").iterdir()] == ["render_1.mp4"]
    assert (lab.home / "renders" / "render_1.mp4").stat().st_mode & 0o777 == 0o600


async def test_the_renderer_gets_the_sessions_media_and_options(lab: Lab) -> None:
    seen: dict[str, Any] = {}

    def render(draft: Any, media: Any, out: Path, options: Any, **how: Any) -> Rendered:
        seen.update(media={key: path.read_bytes() for key, path in media.items()}, options=options)
        return write_film(draft, media, out, options)

    async with lab.caller(lab.studio(render=render)) as caller:
        (info,) = (await caller.upload(("a.jpg", b"IMG a")))["data"]["files"]
        body = {"id": "r", "sessionId": caller.session_id, "draft": DRAFT, "output": {"format": "webm"}}
        headers = {"X-Skill-Source": "t", "X-Skill-Version": "1", "X-Skill-Platform": "u"}
        await caller.post("/api/render/proxy/lambda", json=body, headers=headers)
        await caller.film("r")
    assert seen["media"] == {info["id"]: b"IMG a"}
    assert (seen["options"].format, seen["options"].quality) == ("webm", "high")
    assert (lab.home / "renders" / "r.webm").is_file()


async def test_the_same_id_and_draft_is_the_same_film(lab: Lab) -> None:
    calls: list[str] = []

    def render(draft: Any, media: Any, out: Path, options: Any, **how: Any) -> Rendered:
        calls.append(out.name)
        return write_film(draft, media, out, options)

    async with lab.caller(lab.studio(render=render)) as caller:
        await caller.export("render_1")
        await caller.film("render_1")
        again = await caller.export("render_1")
        assert (again["status"], again["output"]["url"][-8:]) == ("completed", "download")
        other = await caller.export("render_1", {"t": [{"tt": 0, "sg": [{"d": 9}]}]})
        assert other["code"] == 409
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RenderError("Photo 3 cannot be read: send it again."), "Photo 3 cannot be read: send it again."),
        (ZeroDivisionError("a secret detail"), "The film could not be made (ZeroDivisionError)."),
    ],
)
async def test_a_film_that_cannot_be_made_has_failed_and_says_why(
    lab: Lab, gate: threading.Event, error: Exception, told: str
) -> None:
    gate.set()
    async with lab.caller(lab.studio(render=film_that_waits(gate, error=error))) as caller:
        await caller.export("render_1")
        answer = await caller.film("render_1")
        assert (answer["status"], answer["message"]) == ("failed", told)
        assert (await caller.export("render_1"))["status"] == "failed"
        assert await caller.draft() is not None
    assert list((lab.home / "renders").iterdir()) == []


async def test_another_clients_film_is_not_there(lab: Lab) -> None:
    async with lab.caller() as owner:
        await owner.export("render_1")
        await owner.film("render_1")
        stranger = Caller(owner.http)
        await stranger.sign_in("another-client")
        assert (await stranger.progress("render_1"))["code"] == 404
        reply = await owner.http.get("/api/render/proxy/render_1/download", headers=stranger.headers)
        assert reply.status_code == 404


async def test_closing_the_studio_gives_the_film_to_the_next_process(lab: Lab, gate: threading.Event) -> None:
    async with lab.caller(lab.studio(render=film_that_waits(gate))) as first:
        await first.export("render_1")
        await first.until("render_1", lambda answer: answer["status"] == "processing")
    async with lab.caller() as second:
        second.headers = first.headers
        started = time.monotonic()
        assert (await second.film("render_1"))["status"] == "completed"
        assert time.monotonic() - started < LEASE_S / 2, "the lease was given back, not waited for"


async def test_a_film_whose_process_was_killed_is_resumed_when_its_lease_has_run_out(lab: Lab) -> None:
    async with lab.caller() as caller:
        with worker(lab, caller, "render_1") as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert (await caller.progress("render_1"))["status"] == "processing"
        await anyio.sleep(0.1)
        assert (await caller.progress("render_1"))["status"] == "processing", "the lease still stands"
    async with lab.caller(lab.studio(clock=LateClock(LEASE_S + 1))) as later:
        later.headers = caller.headers
        assert (await later.film("render_1"))["status"] == "completed"
    assert [path.name for path in (lab.home / "renders").iterdir()] == ["render_1.mp4"]


async def test_the_machine_renders_one_film_at_a_time(lab: Lab) -> None:
    async with lab.caller() as caller:
        with worker(lab, caller, "theirs"):
            await caller.export("ours")
            await anyio.sleep(0.1)
            assert (await caller.progress("ours"))["status"] == "pending"
            assert (await caller.progress("theirs"))["status"] == "processing"


async def test_films_wait_their_turn_in_one_process(lab: Lab, gate: threading.Event) -> None:
    async with lab.caller(lab.studio(render=film_that_waits(gate))) as caller:
        for number in range(3):
            await caller.export(f"render_{number}")
        await caller.until("render_0", lambda answer: answer["status"] == "processing")
        assert (await caller.progress("render_2"))["status"] == "pending"
        gate.set()
        answers = [await caller.film(f"render_{number}") for number in range(3)]
        assert [answer["status"] for answer in answers] == ["completed"] * 3


async def test_a_cancelled_film_stops_waiting(lab: Lab, gate: threading.Event) -> None:
    async with lab.caller(lab.studio(render=film_that_waits(gate))) as caller:
        await caller.export("first")
        await caller.until("first", lambda answer: answer["status"] == "processing")
        await caller.export("second")
        await caller.http.delete("/api/render/proxy/lambda/second", headers=caller.headers)
        answer = await caller.progress("second")
        assert (answer["status"], answer["message"]) == ("failed", "The export was cancelled.")


@pytest.fixture
def queue(tmp_path: Path) -> RenderQueue:
    store = Store(tmp_path)
    session = store.create_session("client", task_name="project", language="en", now=NOW)
    queue = RenderQueue(store)
    for number in range(2):
        queue.submit(f"job_{number}", session.id, "{}", {}, NOW + number)
    return queue


def test_a_worker_that_lost_its_lease_changes_nothing(queue: RenderQueue, tmp_path: Path) -> None:
    asleep = queue.claim(["job_0"], "asleep", NOW)
    assert asleep is not None
    assert queue.claim(["job_0"], "awake", NOW + LEASE_S - 1) is None
    awake = queue.claim(["job_0"], "awake", NOW + LEASE_S + 1)
    assert awake is not None
    assert queue.renew(asleep, NOW + LEASE_S + 2) == "lost"
    queue.report(asleep, 0.9)
    made = tmp_path / "made.mp4"
    made.write_text("film")
    assert queue.finish(asleep, made, tmp_path / "wrong.mp4") is False
    assert made.exists()
    assert queue.fail(asleep, "wrong") is False
    queue.release(asleep)
    job = queue.find("job_0", "client")
    assert job is not None
    assert (job.status, job.progress, job.file) == ("processing", 0, None)
    assert queue.renew(awake, NOW + LEASE_S + 2) == "held"
    assert queue.finish(awake, made, tmp_path / "right.mp4") is True
    assert (tmp_path / "right.mp4").read_text() == "film"


def test_a_worker_that_slept_through_its_lease_goes_on_where_nobody_took_it(queue: RenderQueue) -> None:
    lease = queue.claim(["job_0"], "asleep", NOW)
    assert lease is not None
    assert queue.renew(lease, NOW + 3600) == "held"
    assert queue.claim(["job_0"], "awake", NOW + 3601) is None


def test_a_clock_set_back_does_not_hold_the_slot_for_ever(queue: RenderQueue) -> None:
    assert queue.claim(["job_0"], "from the future", NOW + 86400) is not None
    assert queue.claim(["job_0"], "now", NOW) is not None


def test_the_oldest_wanted_film_comes_first(queue: RenderQueue) -> None:
    lease = queue.claim(["job_1", "job_0"], "worker", NOW)
    assert lease is not None
    assert lease.job.id == "job_0"
    queue.cancel("job_0", NOW)
    assert queue.renew(lease, NOW) == "cancelled"
    queue.fail(lease, "cancelled")
    assert queue.still_open(["job_0", "job_1"]) == {"job_1"}


def test_a_film_whose_worker_died_is_cancelled_at_once(queue: RenderQueue) -> None:
    assert queue.claim(["job_0"], "killed", NOW) is not None
    queue.cancel("job_0", NOW + LEASE_S + 1)
    job = queue.find("job_0", "client")
    assert job is not None
    assert (job.status, job.message) == ("failed", CANCELLED)


def test_a_film_that_kills_its_workers_is_given_up_and_the_next_one_made(queue: RenderQueue) -> None:
    for attempt in range(MAX_ATTEMPTS):
        assert queue.claim(["job_0"], "killed", NOW + attempt * 60) is not None
    lease = queue.claim(["job_0", "job_1"], "alive", NOW + 3600)
    assert lease is not None
    assert lease.job.id == "job_1"
    job = queue.find("job_0", "client")
    assert job is not None
    assert (job.status, job.message) == ("failed", CUT_OFF)


def test_a_film_that_is_handed_on_is_not_given_up(queue: RenderQueue) -> None:
    for _ in range(MAX_ATTEMPTS * 2):
        lease = queue.claim(["job_0"], "closing", NOW)
        assert lease is not None
        queue.release(lease)
