"""No token in use stands in anything we put out: answers, events, logs, journals, addresses, process lists, films."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .bench import GIVEN, ROOT
from .server import TOKEN, Server

KEPT = {"tokens.json", "client_id"}
"""Where a token may be, for its owner's eyes only; beside them the folder `keys` while a turn runs."""


def quoting(secret: str) -> dict[str, list[object]]:
    """Answers that tell our own token back."""
    return {
        "send": [{"delay_s": 1.5, "stream": [f"I see Bearer {secret} there. All is well."]}],
        "balance": [{"status": 500, "json": {"detail": f"bad header: Authorization: Bearer {secret}"}}],
        "start_render": [{"json": {"code": 7777, "message": f"token={secret}"}}],
        "upload": [{"json": {"code": 4001, "message": secret}}, {}],
    }


def processes() -> str:
    """The command lines of everything that runs here."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(lines)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads the process list of Linux")
@pytest.mark.parametrize("given", [True, False], ids=["a token of one's own", "the anonymous token"])
def test_tokens_stay_where_they_belong(server: Server, tmp_path: Path, given: bool) -> None:
    secret = GIVEN if given else TOKEN
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (work / name).write_bytes(b"\xff\xd8\xff\xe0" + name.encode())
    base = f"http://127.0.0.1:{server.port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NEMO_", "SKILL"))}
    environment |= {"HOME": str(tmp_path), "SKILLTURN_HOME": str(home), "SKILLTURN_LOG": "json", "NEMO_API_URL": base}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"NEMO_TOKEN": secret} if given else {})
    put_out, ran = "", ""
    photos = ["", "--file", "a.jpg", "b.jpg"]
    turns = (["credits"], photos, ["make a reel"], ["status"], ["export"], ["credits", "--json"])
    for words in turns:
        server.script = {call: list(replies) for call, replies in quoting(secret).items()}  # type: ignore[arg-type]
        command = [sys.executable, "-m", "skill", "turn", *words, "--wait", "60"]
        turn = subprocess.Popen(
            command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        while words == ["make a reel"] and turn.poll() is None and "skill.turn.worker" not in ran:
            ran = processes()
            time.sleep(0.1)
        put_out += turn.communicate(timeout=60)[0]
    assert "skill.turn.worker" in ran
    assert secret not in ran
    assert secret not in put_out
    lines = [json.loads(line) for line in put_out.splitlines() if line.startswith('{"') and '"event"' in line]
    closing = [line for line in lines if line["event"] == "turn_finished"]
    assert len(closing) == len(turns), "one line closes each turn"
    assert all(line.get("turn_id") for line in lines)

    assert server.counts["send"] == 1
    for request in server.requests:
        assert secret not in request.target
        assert (secret in request.headers.get("authorization", "")) == (request.call != "anonymous_token")
        assert secret.encode() not in request.body
    found = [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert {path.name for path in found} <= KEPT
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)
