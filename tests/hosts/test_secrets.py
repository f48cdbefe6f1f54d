"""A token in use shows up nowhere: not in what is printed, logged or kept, nor on a command line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from skill.turn.logs import HIDDEN, Redaction

ROOT = Path(__file__).parent.parent.parent
TOKEN = "nmv_usr_5ecretSecretSecret"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "skill", "studio", "--port", "0", "--home", str(tmp_path / "studio")]
    server = subprocess.Popen(
        command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(tmp_path / "home"), **more}


@pytest.mark.parametrize("form", ["json", "text", ""])
@pytest.mark.parametrize("words", ["credits", "make it warmer"])
def test_a_token_is_in_no_output_and_in_no_file(address: str, tmp_path: Path, form: str, words: str) -> None:
    """The studio refuses this token, so that the unhappy ways are taken too."""
    seen: list[bytes] = []
    caller = subprocess.Popen(
        [sys.executable, "-m", "skill", "turn", words, "--json", "--backend", "cloud"],
        env=environment(tmp_path, NEMO_TOKEN=TOKEN, NEMO_API_URL=address, SKILLTURN_LOG=form),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    told: tuple[bytes, bytes] | None = None
    while told is None:
        seen += command_lines()
        with suppress(subprocess.TimeoutExpired):
            told = caller.communicate(timeout=0.1)
    assert caller.returncode == 3, told
    seen += told
    seen += [path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len(seen) > 4
    assert not [piece for piece in seen if TOKEN.encode() in piece]
    assert (b"turn_id" in told[1]) == bool(form)


def command_lines() -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Authorization: Bearer abc.def-1", f"Authorization: Bearer {HIDDEN}"),
        ("refused nmv_usr_1234 twice", f"refused {HIDDEN} twice"),
        ("https://x/claim?ct=clm_a1", f"https://x/claim?ct={HIDDEN}"),
        ("a given one", f"a {HIDDEN} one"),
        ("nothing to hide: bear with me", "nothing to hide: bear with me"),
    ],
)
def test_secrets_are_taken_out_of_any_text(text: str, told: str) -> None:
    assert Redaction(["given", None]).text(text) == told
