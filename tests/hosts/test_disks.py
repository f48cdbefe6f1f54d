"""The command on a machine that refuses: homes that cannot be written, full disks, damaged journals."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skill.turn.home import conversation_file

ROOT = Path(__file__).parent.parent.parent
NOWHERE = Path("/proc/nowhere")  # not even root can make a folder there
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "work").mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}

    def run(*arguments: str, cwd: Path = tmp_path / "work", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments if arguments[0] == "unshare" else [sys.executable, "-m", "skill", *arguments],
            capture_output=True,
            text=True,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **more},
            cwd=cwd,
            timeout=60,
            check=False,
        )

    return run


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder that nobody can write")


@needs_proc
def test_a_read_only_home_moves_to_the_workspace(run: Run, tmp_path: Path) -> None:
    told = run("turn", "credits", HOME=str(NOWHERE), XDG_STATE_HOME=str(NOWHERE))
    assert told.returncode == 0, told.stderr
    assert list((tmp_path / "work" / ".skillturn" / "conversations").glob("*.sqlite"))


@needs_proc
def test_with_a_read_only_workspace_as_well_the_temporary_folder_serves(run: Run, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    told = run(
        "turn",
        "credits",
        cwd=Path("/proc"),
        HOME=str(NOWHERE),
        XDG_STATE_HOME=str(NOWHERE),
        TMPDIR=str(tmp_path / "temporary"),
    )
    assert told.returncode == 0, told.stderr
    assert list((tmp_path / "temporary").glob("skillturn-*/conversations/*.sqlite"))


@needs_proc
def test_a_given_home_that_cannot_be_written_is_one_sentence(run: Run) -> None:
    told = run("turn", "credits", SKILLTURN_HOME=str(NOWHERE))
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1 and "SKILLTURN_HOME" in told.stderr


def test_a_damaged_journal_is_told_and_the_answer_comes_all_the_same(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("turn", "credits", SKILLTURN_HOME=str(home))
    path = conversation_file(home, str(tmp_path / "work"))
    path.write_bytes(b"\x00somebody's words" * 500)
    told = run("turn", "credits", SKILLTURN_HOME=str(home))
    assert told.returncode == 0, told.stderr
    assert f"{path.name}.broken-1" in told.stdout
    assert path.with_name(f"{path.name}.broken-1").read_bytes().startswith(b"\x00somebody's words")
    assert "broken" not in run("turn", "credits", SKILLTURN_HOME=str(home)).stdout, "told once"


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="this sandbox mounts nothing")
@pytest.mark.parametrize(("size", "words", "code"), [("16k", "make it warmer", 2), ("16k", "credits", 2)])
def test_a_full_disk_is_one_sentence(run: Run, tmp_path: Path, size: str, words: str, code: int) -> None:
    home = tmp_path / "small"
    home.mkdir()
    script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
    call = (sys.executable, "-m", "skill", "turn", words, "--skill", str(ROOT))
    told = run("unshare", "-rm", "sh", "-c", script, "sh", size, str(home), *call, SKILLTURN_HOME=str(home))
    assert told.returncode == code, told.stderr
    assert "Traceback" not in told.stderr
    assert "make room" in told.stderr or "No space left" in told.stderr


@pytest.mark.skipif(not can_mount(), reason="this sandbox mounts nothing")
def test_a_balance_is_told_although_nothing_can_be_written_any_more(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "small"
    home.mkdir()
    script = (
        'mount -t tmpfs -o size=2m tmpfs "$1" && home=$1 && shift && "$@" >/dev/null && '
        '(cat /dev/zero >"$home/rest" 2>/dev/null; "$@")'
    )
    call = (sys.executable, "-m", "skill", "turn", "credits", "--skill", str(ROOT))
    told = run("unshare", "-rm", "sh", "-c", script, "sh", str(home), *call, SKILLTURN_HOME=str(home))
    assert told.returncode in (0, 2), told.stderr
    assert "Traceback" not in told.stderr
    assert "free" in told.stdout or "room" in told.stderr
