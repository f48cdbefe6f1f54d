"""What is kept, listed, budgeted and forgotten."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from skill.hosts.cli.conversations import age
from skill.turn.events import TurnRequest
from skill.turn.home import conversation_file
from skill.turn.intake import take_in
from skill.turn.journal import Journal
from skill.turn.keeping import tidy, tidy_now_and_then
from skill.turn.lease import Lease
from skill.turn.settings import Settings
from studio import Shelves

ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(tmp_path: Path, home: Path) -> Run:
    work = tmp_path / "work"
    work.mkdir()
    for name, colour in (("beach.jpg", "teal"), ("hill.jpg", "orange")):
        Image.new("RGB", (64, 48), colour).save(work / name)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "skill", *arguments],
            capture_output=True,
            text=True,
            env={**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(home), **more},
            cwd=work,
            timeout=60,
            check=False,
        )

    return run


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_conversations_read_like_a_list_a_person_wrote(run: Run) -> None:
    run("turn", "--file", "beach.jpg", "--conversation", "holiday")
    run("turn", "how does the timeline look?")
    told = run("conversations").stdout
    assert "holiday: idle, 1 request, on this machine, just now" in told
    assert '"beach.jpg"' in told
    assert "MB of 8 GB" in told
    rows = [json.loads(line) for line in run("conversations", "--json").stdout.splitlines()]
    assert {row["name"]: row["state"] for row in rows}["holiday"] == "idle"
    assert {row["name"]: row["requests"] for row in rows}["holiday"] == 1
    assert max(row["last_used"] for row in rows) > time.time() - 600


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (86400 * 3, "3 days ago")],
)
def test_ages(seconds: float, told: str) -> None:
    assert age(seconds) == told


def test_forgetting_takes_a_project_left_behind_by_a_change_of_backend(run: Run, home: Path) -> None:
    run("turn", "--file", "beach.jpg")
    assert files_below(home / "studio" / "media")
    gone = run("turn", "credits", "--backend", "http://127.0.0.1:9")
    assert gone.returncode == 7
    run("turn", "--file", "hill.jpg", "--backend", "local")
    assert len(files_below(home / "studio" / "media")) == 2
    told = run("forget")
    assert told.returncode == 0, told.stderr
    assert "2 requests" in told.stdout
    assert files_below(home / "studio" / "media") == []
    assert files_below(home / "conversations") == []


def test_forgetting_a_new_conversation_leaves_no_pointer_to_it(run: Run, home: Path) -> None:
    run("turn", "credits", "--new")
    assert list((home / "conversations").glob("*.current"))
    run("forget")
    assert files_below(home / "conversations") == []


def test_forgetting_leaves_other_conversations_photos(run: Run, home: Path) -> None:
    run("turn", "--file", "beach.jpg", "--conversation", "one")
    run("turn", "--file", "beach.jpg", "hill.jpg", "--conversation", "two")
    run("forget", "one")
    assert len(files_below(home / "studio" / "media")) == 2


def test_old_films_go_first_then_old_projects_and_what_is_new_stays(run: Run, home: Path, tmp_path: Path) -> None:
    run("turn", "make a 1-second square video", "--file", "beach.jpg", "--conversation", "one")
    assert run("turn", "send me the video", "--conversation", "one").returncode == 0
    shelves = Shelves(home / "studio")
    full = shelves.stock()
    assert full.films and full.media
    budget = Settings(home=home, media_budget_bytes=full.media + full.parts)
    tidy(budget, home, time.time())
    assert shelves.stock() == full, "an hour has not passed: somebody may be fetching it"
    tidy(budget, home, time.time() + 7200)
    assert shelves.stock().films == 0
    assert shelves.stock().media == full.media
    again = run("turn", "send me the video", "--conversation", "one")
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(list((tmp_path / "work").glob("*.mp4"))) == 2, "it was made again"
    tidy(Settings(home=home, media_budget_bytes=0), home, time.time() + 7200)
    assert shelves.stock().media == full.media, "used this month"
    tidy(Settings(home=home, media_budget_bytes=0), home, time.time() + 40 * 86400)
    assert shelves.stock().total == 0
    told = run("turn", "make it warmer", "--conversation", "one")
    assert "Traceback" not in told.stderr
    assert "new one" in told.stdout, "the project is gone, and that is said"
    shelves.close()


def test_files_of_turns_that_ended_are_swept_and_those_of_waiting_turns_stay(home: Path, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x")
    path = conversation_file(home, "c")
    with Journal.open(path) as journal:
        request = TurnRequest("go", files=(photo,), skill_dir=ROOT)
        waiting = take_in(journal, request, Settings(home=home), home)[0].id
    left = path.with_suffix(".files") / "ended"
    left.mkdir()
    for folder in path.with_suffix(".files").iterdir():
        os.utime(folder, (1, 1))
    tidy(Settings(home=home), home, time.time())
    assert [folder.name for folder in path.with_suffix(".files").iterdir()] == [waiting]


def test_tidying_happens_once_an_hour(home: Path) -> None:
    home.mkdir()
    now = time.time()
    assert tidy_now_and_then(Settings(home=home), home, now=now)
    assert not tidy_now_and_then(Settings(home=home), home, now=now + 60)
    assert tidy_now_and_then(Settings(home=home), home, now=now + 3700)
    assert tidy_now_and_then(Settings(home=home), home, now=now - 86400), "a clock set back must not stop it"


def test_a_doctor_tells_what_is_kept(run: Run) -> None:
    run("turn", "--file", "beach.jpg")
    assert "kept: 0.0 GB of 8.0 GB" in run("doctor").stdout


def test_a_running_conversation_is_not_forgotten(run: Run, home: Path) -> None:
    run("turn", "credits", "--conversation", "busy")
    with Journal.open(conversation_file(home, "busy")) as journal:
        assert Lease.take(journal)
        told = run("forget", "busy")
        assert told.returncode == 2
        assert "cancel" in told.stderr
