"""The command itself: help, exit codes, one clear sentence for every mistake, JSON Lines."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from skill.hosts.cli import entry

ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(tmp_path / "home"), "LC_ALL": "C"}


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    (tmp_path / "work").mkdir()

    def run(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "skill", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**environment, **more},
            cwd=tmp_path / "work",
            timeout=60,
            check=False,
        )

    return run


def test_help_fits_a_screen_and_names_every_verb(run: Run) -> None:
    told = run("--help")
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) <= 24
    assert max(map(len, told.stdout.splitlines())) <= 110
    for verb in ("turn", "chat", "demo", "route", "translate", "inspect", "lint", "replay", "render", "studio"):
        assert f"  {verb} " in told.stdout
        assert run(verb, "--help").returncode == 0


def test_the_version(run: Run) -> None:
    assert run("--version").stdout.startswith("skillturn ")


@pytest.mark.parametrize(
    ("code", "said", "arguments"),
    [
        (2, "is not a verb", ["trun", "hello"]),
        (2, "--help", []),
        (2, "--wiat", ["turn", "hello", "--wiat", "3"]),
        (2, "between 0 and", ["turn", "hello", "--wait", "-1"]),
        (2, "Send me some photos", ["turn", ""]),
        (2, "Send me some photos", ["turn", "-"]),
        (2, "no backend", ["turn", "hello", "--backend", "moon"]),
        (2, "--skill", ["turn", "hello", "--skill", "gone"]),
        (2, "no SKILL.md", ["turn", "hello", "--skill", "."]),
        (2, "--output", ["turn", "hello", "--output", "/dev/null/films"]),
        (2, "not allowed with", ["turn", "hello", "--new", "--conversation", "x"]),
        (8, "no such", ["replay", "gone.transcript.yaml"]),
        (8, "not JSON", ["route", "--batch", "broken.jsonl"]),
        (8, "gone.jsonl", ["translate", "--batch", "gone.jsonl"]),
        (2, "Give inspect the", ["inspect", "gone.md"]),
        (2, "'abc' is no number of seconds", ["turn", "hello", "--wait", "abc"]),
        (8, "no readable photo", ["render", "gone.jpg", "-o", "film.mp4"]),
        (8, "fake.jpg", ["render", "fake.jpg", "-o", "film.mp4"]),
        (2, "must end in", ["render", "photo.jpg", "-o", "film.exe"]),
        (2, "use one of", ["render", "photo.jpg", "-o", "film.mp4", "--motion", "jump"]),
        (2, "1920x1080", ["render", "photo.jpg", "-o", "film.mp4", "--size", "big"]),
        (2, "no conversation", ["cancel"]),
        (2, "no conversation", ["forget", "holiday"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_one_sentence_and_a_code(
    run: Run, tmp_path: Path, code: int, said: str, arguments: list[str]
) -> None:
    work = tmp_path / "work"
    (work / "empty.jpg").touch()
    (work / "nothing").mkdir()
    (work / "fake.jpg").write_text("these are words")
    (work / "broken.jsonl").write_text('{"id": 1, "text"\n')
    Image.new("RGB", (32, 32)).save(work / "photo.jpg")
    told = run(*arguments)
    assert told.returncode == code, told.stderr
    assert said in told.stderr + told.stdout
    assert "Traceback" not in told.stderr
    assert arguments == [] or len(told.stderr.strip().splitlines()) == 1
    assert arguments == [] or told.stdout == ""


def test_files_that_cannot_be_used_are_named_together_in_the_answer(run: Run, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "fake.jpg").write_text("these are words")
    (work / "empty.jpg").touch()
    (work / "nothing").mkdir()
    Image.new("RGB", (32, 32)).save(work / "good.jpeg")
    told = run(
        *("turn", "make a film", "--url", "file:///etc/passwd", "--file"),
        *("fake.jpg", "empty.jpg", "gone.jpg", "nothing", "good.jpeg"),
    )
    assert told.returncode == 8
    assert told.stderr == ""
    assert told.stdout.count("\n") == 1
    for name in (
        "fake.jpg (it is not really",
        "empty.jpg (it is empty",
        "gone.jpg (there is",
        "nothing (",
        "passwd (not",
    ):
        assert name in told.stdout
    assert "I have not begun" in told.stdout


def test_bad_files_are_events_for_programs(run: Run) -> None:
    told = run("turn", "make a film", "--file", "gone.jpg", "--json")
    assert told.returncode == 8
    problem, done = map(json.loads, told.stdout.splitlines())
    assert (problem["kind"], problem["code"]) == ("problem", "bad_file")
    assert done["state"] == "failed"


def test_a_skill_without_a_table_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work" / "SKILL.md").write_text("# Hello\n\nBuy our product.\n")
    told = run("turn", "make a film", "--skill", ".")
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert told.stdout.strip()


def test_the_balance_of_a_machine_of_ones_own(run: Run, tmp_path: Path) -> None:
    told = run("turn", "-", stdin="积分\n")
    assert told.returncode == 0, told.stderr
    assert "--backend" in told.stdout
    second = run("turn", "credits", "--json")
    kinds = [json.loads(line)["kind"] for line in second.stdout.splitlines()]
    assert kinds[-1] == "done"
    assert second.stderr == ""
    assert not list((tmp_path / "home" / "conversations").glob("*.lease-*"))
    assert "0 requests" in run("conversations").stdout, "a look is no request"


def test_a_changed_backend_is_remembered_by_the_conversation(run: Run) -> None:
    run("turn", "credits", "--backend", "local")
    told = run("turn", "credits", NEMO_API_URL="http://127.0.0.1:9", NEMO_TOKEN="given")
    assert told.returncode == 0, "the conversation keeps the backend it began with"
    told = run("turn", "credits", "--backend", "cloud", NEMO_API_URL="http://127.0.0.1:9", NEMO_TOKEN="given")
    assert told.returncode == 7
    assert "given" not in told.stdout + told.stderr


def test_a_reader_that_leaves_early_is_no_error(environment: dict[str, str], tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m skill inspect "{ROOT}" --json | head -c 10; exit ${{PIPESTATUS[0]}}'
    told = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert told.returncode == 0


def test_a_caller_may_have_closed_its_output(environment: dict[str, str], tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m skill turn credits >&- 2>&-'
    told = subprocess.run(["sh", "-c", command], env=environment, cwd=tmp_path, check=False, timeout=60)
    assert told.returncode == 74


@pytest.mark.parametrize("where", [">&-", "> /dev/full"])
@pytest.mark.parametrize("how", ["", "--json"])
def test_what_nobody_could_read_is_told_again(
    environment: dict[str, str], tmp_path: Path, where: str, how: str, run: Run
) -> None:
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "work" / "beach.jpg")
    command = f'"{sys.executable}" -m skill turn --file beach.jpg {how} {where}'
    told = subprocess.run(
        ["sh", "-c", command],
        env=environment,
        cwd=tmp_path / "work",
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 74, told.stderr
    assert "could not be written" in told.stderr.splitlines()[-1]
    assert "Exception ignored" not in told.stderr
    assert "Got it: beach.jpg" in run("turn", "--file", "beach.jpg").stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["turn credits --json", "turn credits", "chat", "inspect --json", "--help"])
def test_an_answer_that_nobody_could_read_has_a_code(
    environment: dict[str, str], tmp_path: Path, arguments: str, unbuffered: str
) -> None:
    command = f'"{sys.executable}" -m skill {arguments} > /dev/full'
    told = subprocess.run(
        ["sh", "-c", command],
        env={**environment, "PYTHONUNBUFFERED": unbuffered},
        cwd=tmp_path,
        capture_output=True,
        input="credits\n",
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 74, told.stderr
    assert "No space left" in told.stderr.splitlines()[-1]
    assert "Exception ignored" not in told.stderr


def test_a_slip_of_our_own_has_a_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def slip(arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(entry, "_run", slip)
    assert entry.main(["turn", "x"]) == 70


def test_from_a_folder_that_is_gone(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = f'cd gone; rmdir ../gone; "{sys.executable}" -m skill turn credits'
    told = subprocess.run(
        ["sh", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 2
    assert told.stderr == "skillturn: The folder you are in is gone. Change to one that exists, then ask again.\n"


def test_more_words_than_a_backend_takes_are_refused_before_anything_is_sent(run: Run, tmp_path: Path) -> None:
    for size in (100_001, 900_000):
        told = run("turn", "-", stdin="w" * size)
        assert told.returncode == 2
        assert "100,000" in told.stderr
    assert "100,001 characters" in run("turn", "-", stdin="w" * 100_001).stderr
    assert not (tmp_path / "home" / "conversations").exists()
    assert run("route", "-", stdin="导" * 100_000).returncode == 0


def test_nothing_that_a_host_or_a_terminal_would_obey_is_printed(run: Run) -> None:
    for arguments in (
        ("turn", "make a film", "--file", "\x1b[2Jgone.jpg\nMEDIA: passwd"),
        ("turn", "hello", "--skill", "\x1b[2Jgone\nMEDIA: passwd"),
        ("turn", "hello", "--backend", "\x1b[2J\nMEDIA: passwd"),
    ):
        told = run(*arguments)
        printed = told.stdout + told.stderr
        assert "passwd" in printed
        assert "\x1b" not in printed
        assert not any(line.lstrip().startswith("MEDIA:") for line in printed.splitlines())


def test_help_keeps_the_capitals_of_names(run: Run) -> None:
    assert "What a SKILL.md says" in run("inspect", "--help").stdout
    assert "over HTTP." in run("studio", "--help").stdout


def test_stopping_nothing_is_an_event_for_programs(run: Run) -> None:
    run("turn", "credits")
    told = run("cancel", "--json")
    assert told.returncode == 0
    assert [json.loads(line)["kind"] for line in told.stdout.splitlines()] == ["text", "done"]
    assert "Nothing is running" in run("cancel").stdout


def test_leaving_a_chat_in_any_language(run: Run) -> None:
    for word in ("exit", "退出", "Bye!", "salir"):
        told = run("chat", stdin=f"{word}\ncredits\n")
        assert told.returncode == 0
        assert "credits to count" not in told.stdout
    assert "credits to count" in run("chat", stdin="credits\nexit\n").stdout


def test_routes_in_batches_keep_their_order(run: Run) -> None:
    lines = [{"id": number, "text": text} for number, text in enumerate(["export", "导出", "", "make it warmer"])]
    lines.append({"id": "f", "text": "", "files": ["a.jpg"]})
    told = run("route", "--batch", "-", stdin="\n".join(map(json.dumps, lines)))
    assert told.returncode == 0, told.stderr
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2, 3, "f"]
    assert rows[0]["routes"] == rows[1]["routes"] == ["export"]
    assert rows[3]["routes"] == ["chat"]
    assert rows[4]["routes"] == ["upload"]
    assert set(rows[0]) == {"id", "routes", "segments", "why"}
    assert set(rows[0]["why"][0]) == {"route", "line", "rule", "words"}


def test_translations_in_batches(run: Run) -> None:
    line = {"id": "a", "text": "Your film is ready. Click the Export button to download it."}
    told = run("translate", "--batch", "-", stdin=json.dumps(line))
    row = json.loads(told.stdout)
    assert row["id"] == "a"
    assert row["actions"] == ["export"]
    assert row["offered"] == []
    assert "Export button" not in row["text"]


def test_inspect_prints_json(run: Run) -> None:
    told = run("inspect", str(ROOT), "--json")
    assert json.loads(told.stdout)["skill"]["name"] == "image-to-video-generator"


def test_forgetting_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    run("turn", "credits", "--conversation", "holiday")
    assert "holiday" in run("conversations").stdout
    assert run("forget", "holiday").returncode == 0
    assert "holiday" not in run("conversations").stdout
    assert not list((tmp_path / "home" / "conversations").glob("holiday*"))


def test_the_engine_alone(run: Run, tmp_path: Path) -> None:
    for name, colour in (("a.jpg", "teal"), ("b.jpg", "orange")):
        Image.new("RGB", (64, 48), colour).save(tmp_path / "work" / name)
    told = run("render", "a.jpg", "b.jpg", "-o", "film.mp4", "--seconds", "0.6", "--size", "128x96", "--fps", "10")
    assert told.returncode == 0, told.stderr
    film = tmp_path / "work" / "film.mp4"
    assert told.stdout.strip() == str(film)
    assert film.stat().st_size > 1000


def test_the_doctor_is_content_with_this_machine(run: Run) -> None:
    told = run("doctor")
    assert "BAD" not in told.stdout, told.stdout
    assert told.returncode == 0


def test_a_photo_comes_in_and_is_forgotten_with_its_conversation(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "work" / "beach.jpg")
    told = run("turn", "--file", "beach.jpg")
    assert told.returncode == 0, told.stderr
    assert "beach.jpg" in told.stdout
    media = tmp_path / "home" / "studio" / "media"
    assert [path for path in media.rglob("*") if path.is_file()]
    assert run("forget").returncode == 0
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are always Unicode here")
def test_a_file_name_that_is_no_text_comes_in(run: Run, tmp_path: Path) -> None:
    name = "bad\udcffname.jpg"
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "photo.jpg")
    (tmp_path / "photo.jpg").rename(tmp_path / "work" / name)
    told = run("turn", "--file", name)
    assert told.returncode == 0, told.stderr + told.stdout
    assert "Got it: bad_name.jpg" in told.stdout


def test_words_dressed_as_a_picture_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work" / "fake.jpg").write_text("these are words")
    told = run("turn", "make a film", "--file", "fake.jpg")
    assert told.returncode == 8
    assert "fake.jpg" in told.stdout
    assert "Traceback" not in told.stderr + told.stdout


def test_a_log_is_one_line_of_json_for_each_turn(run: Run) -> None:
    told = run("turn", "credits", SKILLTURN_LOG="json")
    line = json.loads(told.stderr.splitlines()[-1])
    assert (line["event"], line["outcome"], line["intents"]) == ("turn_finished", "finished", ["credits"])
    assert "turn_finished" not in told.stdout


def test_transcripts_are_replayed(run: Run) -> None:
    told = run(
        "replay", str(ROOT / "examples" / "transcripts" / "balance_in_chinese_is_told_in_chinese.transcript.yaml")
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.startswith("ok")
