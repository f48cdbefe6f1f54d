"""`skillturn replay` as its user meets it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from skill.hosts.cli import main

ROOT = Path(__file__).parent.parent.parent
GOOD = """\
turn: {utterance: credits}
backend:
  - {call: balance, delay_s: 60, json: {code: 0, data: {available: 7, frozen: 0, total: 9}}}
host:
  - {kind: balance, available: 7}  # all there is
"""
BAD = GOOD.replace("available: 7}  #", "available: 8}  #")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.transcript.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def replay(*arguments: object) -> int:
    return main(["replay", *map(str, arguments), "--skill", str(ROOT)])


def test_a_folder_is_played_without_waiting(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    assert replay(folder) == 0
    assert time.monotonic() - begun < 30
    told = capsys.readouterr().out
    assert "1 of 1 as written; 1 min of waiting in " in told
    assert "routes: 1 of 5 rows used, not these:\n  route/export (line " in told


def test_what_differs_is_told_and_the_exit_code_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder / "bad.transcript.yaml"
    bad.write_text(BAD, encoding="utf-8")
    assert replay(folder) == 1
    told = capsys.readouterr().out
    assert f"differs  {bad}\n    turn 1, host 1, line 5: the host sees something else\n" in told
    assert "balance.available\n        expected  8\n        came      7.0\n" in told
    assert "1 of 2 as written" in told


def test_an_update_mends_what_was_expected_and_nothing_else(folder: Path) -> None:
    bad = folder / "bad.transcript.yaml"
    bad.write_text(BAD, encoding="utf-8")
    assert replay("--update", folder) == 0
    assert bad.read_text(encoding="utf-8") == GOOD.replace("available: 7}  #", "available: 7.0}  #")
    assert (folder / "good.transcript.yaml").read_text(encoding="utf-8") == GOOD
    assert replay(folder) == 0


def test_an_update_cannot_mend_what_the_backend_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder / "bad.transcript.yaml"
    bad.write_text(GOOD.replace("call: balance", "call: state"), encoding="utf-8")
    assert replay("--update", bad) == 1
    assert "nothing more is scripted" in capsys.readouterr().out


def test_at_its_own_pace_the_conversation_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    assert replay("--speed", "300", folder) == 0
    assert time.monotonic() - begun >= 60 / 300
    told = capsys.readouterr().out
    assert told.startswith("You: credits\n\nYou have 7 credits.\n")
    assert "rows used" not in told


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere",), 8, "there is no such transcript"),
        ((".",), 8, "no file named *.transcript.yaml"),
        (("bad.transcript.yaml",), 8, "turns.0.utterence"),
        (("--speed", "0", "bad.transcript.yaml"), 2, "0.01"),
    ],
)
def test_a_call_that_cannot_be_played_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "bad.transcript.yaml" in arguments:
        (tmp_path / "bad.transcript.yaml").write_text("turn: {utterence: x}\n", encoding="utf-8")
    assert replay(*arguments) == code
    assert words in capsys.readouterr().err
