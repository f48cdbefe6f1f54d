"""A quick look at a draft, honest places in the queue, and finished parts that live as long as their project."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from api import Draft
from studio import Answer, Brief, Media, RenderError, Studio
from studio.disk import keep_within
from studio.render import contact_sheet, draft_of, probe, quick_film
from studio.schema import VERSION, open_database

from .conftest import Lab, write_film

pytestmark = pytest.mark.anyio
COLORS = ("red", "lime", "blue")


def photos(folder: Path) -> tuple[list[Media], dict[str, Path]]:
    shots = []
    for color in COLORS:
        Image.new("RGB", (640, 480), color).save(folder / f"{color}.jpg")
        shots.append(probe(folder / f"{color}.jpg", f"{color}.jpg"))
    return shots, {shot.id: folder / shot.name for shot in shots}


def lay_photos(brief: Brief) -> Answer:
    """Any message lays all photos on the timeline, upright."""
    draft = draft_of(brief.media, seconds=2.4, width=360, height=640, fps=20, transition_ms=200)
    return Answer("Done.", draft, ("lay",))


def jpeg(color: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), color).save(data, "JPEG")
    return data.getvalue()


def test_a_contact_sheet_shows_every_shot_in_order(tmp_path: Path) -> None:
    shots, media = photos(tmp_path)
    draft = draft_of(shots, seconds=6, width=1920, height=1080)
    sheet = contact_sheet(draft, media, columns=2)
    assert sheet.size == (2 * (256 + 8) + 8, 2 * (144 + 30) + 8)
    seen = [sheet.getpixel(place) for place in ((136, 80), (400, 80), (136, 254))]
    assert [max(range(3), key=pixel.__getitem__) for pixel in seen] == [0, 1, 2]  # type: ignore[union-attr,arg-type]  # tuples
    asked = contact_sheet(draft, media, times_ms=(0, 5_900))
    assert asked.width == 2 * (256 + 8) + 8 and max(asked.getpixel((400, 80))) == asked.getpixel((400, 80))[2]  # type: ignore[type-var,arg-type,index]


def test_a_sheet_of_a_long_film_stays_a_sheet(tmp_path: Path) -> None:
    shots, media = photos(tmp_path)
    sheet = contact_sheet(draft_of(shots * 40, seconds=240, width=640, height=360), media)
    assert sheet.height == 12 * (144 + 30) + 8


def test_a_quick_film_is_small_silent_and_as_long(tmp_path: Path) -> None:
    shots, media = photos(tmp_path)
    plain = draft_of(shots, seconds=3, width=1080, height=1920).model_dump()
    music = {"tt": 1, "m": {"role": "music"}, "sg": [{"d": 3000, "m": {"mood": "calm"}}]}
    draft = Draft.model_validate({**plain, "t": [*plain["t"], music]})
    with av.open(str(quick_film(draft, media, tmp_path / "look.mp4"))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, len(list(container.decode(stream)))) == (180, 320, 36)
        assert not container.streams.audio
    with pytest.raises(RenderError, match="Send it again"):
        quick_film(draft, {}, tmp_path / "x.mp4")


async def test_the_studio_shows_a_draft_before_its_export(lab: Lab) -> None:
    async with lab.caller(Studio(lab.home, respond=lay_photos)) as caller:
        path = f"/api/state/nemo_agent/me/{caller.session_id}"
        empty = await caller.get(f"{path}/sheet")
        assert (empty["code"], "empty" in empty["message"]) == (400, True)
        await caller.upload(*((f"{color}.jpg", jpeg(color)) for color in COLORS))
        await caller.say("a film, please")
        sheet = await caller.http.get(f"{path}/sheet", headers=caller.headers)
        assert sheet.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(sheet.content)).size == (3 * (144 + 8) + 8, 256 + 30 + 8)
        again = {**caller.headers, "If-None-Match": sheet.headers["etag"]}
        assert (await caller.http.get(f"{path}/sheet", headers=again)).status_code == 304
        film = await caller.http.get(f"{path}/look", headers=caller.headers)
    with av.open(io.BytesIO(film.content)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, len(list(container.decode(stream)))) == (180, 320, 29)


async def test_who_waits_is_told_how_many_are_ahead(lab: Lab, gate: threading.Event) -> None:
    def slow(*args: Any, **kwargs: Any) -> Any:
        gate.wait(30)
        return write_film(*args, **kwargs)

    async with lab.caller(lab.studio(render=slow)) as caller:
        for number in range(3):
            await caller.export(f"render_{number}")
        await caller.until("render_0", lambda answer: answer["status"] == "processing")
        assert [(await caller.progress(f"render_{number}"))["ahead"] for number in range(3)] == [0, 1, 2]
        await caller.http.delete("/api/render/proxy/lambda/render_1", headers=caller.headers)
        assert (await caller.progress("render_2"))["ahead"] == 1
        gate.set()
        for number in (0, 2):
            assert "ahead" not in await caller.film(f"render_{number}")


async def test_a_second_export_draws_what_changed_and_forgetting_takes_the_parts(lab: Lab) -> None:
    async with lab.caller(Studio(lab.home)) as caller:
        files = (await caller.upload(*((f"{color}.jpg", jpeg(color)) for color in COLORS)))["data"]["files"]
        clips = [{"d": 2000, "m": {"source": file["id"]}} for file in files]
        parts = lab.home / "parts" / caller.session_id
        kept: list[set[str]] = []
        for color in ("white", "red"):
            words = {"start_ms": 0, "text": "Hi", "role": "title", "color": color}
            tracks = [{"tt": 0, "sg": clips}, {"tt": 7, "sg": [{"d": 1000, "m": words}]}]
            await caller.export(f"film_{color}", {"t": tracks, "m": {"width": 64, "height": 48, "fps": 10}})
            answer = await caller.film(f"film_{color}")
            assert answer["status"] == "completed", answer
            kept.append({path.name for path in parts.iterdir() if path.is_file()})
        assert len(kept[0]) == 2 and len(kept[1] - kept[0]) == 1
        await caller.http.delete(f"/api/state/nemo_agent/me/{caller.session_id}", headers=caller.headers)
        assert not parts.exists()


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    import os  # noqa: PLC0415 - for times only

    for age, name in enumerate(("new", "old", "oldest")):
        path = tmp_path / name / "part"
        path.parent.mkdir()
        path.write_bytes(b"x" * 100)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    keep_within(tmp_path.rglob("*"), 250)
    assert sorted(path.parent.name for path in tmp_path.rglob("part")) == ["new", "old"]
    keep_within((tmp_path / "nowhere").rglob("*"), 0)


def test_a_store_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    db = open_database(path)
    db.execute("ALTER TABLE jobs DROP COLUMN asked_at")
    db.execute("PRAGMA user_version = 1")
    db.close()
    db = open_database(path)
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert db.execute("SELECT asked_at FROM jobs").fetchall() == []
    db.close()
