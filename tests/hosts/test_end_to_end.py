"""The four turns of the first page through the real command, its worker and the embedded studio, with small photos."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from skill.turn.home import conversation_file
from skill.turn.journal import Journal

ROOT = Path(__file__).parent.parent.parent
Turn = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work" / "photos").mkdir(parents=True)
    for name, colour in (("a.jpg", "teal"), ("b.jpg", "orange"), ("c.png", "purple")):
        Image.new("RGB", (320, 240), colour).save(tmp_path / "work" / "photos" / name)
    return tmp_path / "work"


@pytest.fixture
def turn(work: Path) -> Turn:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(work.parent / "home")}

    def turn(words: str, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        told = subprocess.run(
            [sys.executable, "-m", "skill", "turn", "-", "--json", *arguments],
            input=words,
            capture_output=True,
            text=True,
            env=environment,
            cwd=work,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in told.stderr
        return told.returncode, [json.loads(line) for line in told.stdout.splitlines()]

    return turn


def texts(events: list[dict[str, Any]]) -> str:
    return "\n".join(event["text"] for event in events if event["kind"] == "text")


def one(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [event for event in events if event["kind"] == kind]
    return found


def test_four_turns_make_a_film(turn: Turn, work: Path) -> None:
    code, events = turn("Turn these into a 3-second square video with slow zooms", "--file", "photos")
    assert code == 0, events
    assert "local" in texts(events) or "machine" in texts(events)
    assert one(events, "done")["routes"] == ["upload", "chat"]

    code, events = turn("add the title 'Golden Hour' for the first 2 seconds and some lo-fi music at 35%")
    assert code == 0, events

    code, events = turn("how does the timeline look?")
    assert code == 0, events
    timeline = one(events, "timeline")
    assert timeline["width"] == timeline["height"]
    kinds = {(track["type"], track.get("role")) for track in timeline["tracks"]}
    assert {("audio", "music"), ("text", "title")} <= kinds
    video = next(track for track in timeline["tracks"] if track["type"] == "video")
    assert [segment["source"] for segment in video["segments"]] == ["a.jpg", "b.jpg", "c.png"]

    code, events = turn("send me the video")
    assert code == 0, events
    film = one(events, "file")
    assert Path(film["path"]).parent == work
    with av.open(film["path"]) as container:
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 3) < 0.2
        assert {stream.type for stream in container.streams} == {"video", "audio"}


def test_a_worker_killed_during_the_export_loses_nothing(turn: Turn, work: Path) -> None:
    code, _ = turn("Turn these into a 12-second square video with slow zooms", "--file", "photos")
    assert code == 0
    code, events = turn("send me the video", "--wait", "0.8")
    assert code == 5
    assert one(events, "done")["state"] in ("running", "queued")
    worker = worker_of(work)
    os.kill(worker, signal.SIGKILL)
    code, events = turn("send me the video", "--wait", "100")
    assert code == 0, events
    assert Path(one(events, "file")["path"]).stat().st_size > 1000
    assert len(list(work.glob("*.mp4"))) == 1
    with Journal.open(conversation_file(work.parent / "home", str(work))) as journal:
        assert journal.turns()[-1].attempts == 2


def test_a_stopped_export_stops_the_engine(turn: Turn, work: Path) -> None:
    code, _ = turn("Turn these into a 40-second square video with slow zooms", "--file", "photos")
    assert code == 0
    code, events = turn("send me the video", "--wait", "1")
    assert code == 5, events
    code, events = turn("stop")
    assert code == 0
    assert "Stopped." in texts(events)
    assert "not made any further" in texts(events), events
    assert one(events, "done")["state"] == "cancelled"
    with closing(sqlite3.connect(work.parent / "home" / "studio" / "studio.db")) as store:
        assert store.execute("SELECT cancelled FROM jobs").fetchall() == [(1,)]
    assert list(work.glob("*.mp4")) == []


def worker_of(work: Path) -> int:
    """The process that works on this folder's conversation."""
    journal = str(conversation_file(work.parent / "home", str(work)))
    begun = time.monotonic()
    while time.monotonic() - begun < 10:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            words = process.read_bytes().split(b"\0")
            if b"skill.turn.worker" in words and journal.encode() in words:
                return int(process.parent.name)
        time.sleep(0.05)
    raise AssertionError("no worker is at work")
