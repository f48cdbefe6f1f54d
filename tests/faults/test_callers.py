"""Whatever becomes of the command that asked, the turn goes on, once, and the next command tells what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .bench import ROOT
from .server import DRAFT, TITLED, Server

ENDS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL", "a closed pipe", "its terminal"]


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_command_is_not_the_end_of_its_turn(server: Server, tmp_path: Path, end: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NEMO_", "SKILL"))}
    environment |= {"HOME": str(tmp_path), "SKILLTURN_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    environment |= {"NEMO_API_URL": f"http://127.0.0.1:{server.port}"}
    command = [sys.executable, "-m", "skill", "turn"]

    def told(*words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [*command, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return ran.returncode, ran.stdout

    assert told("credits")[0] == 0
    server.script = {
        "send": [{"stream": ["On it.", {"tool": "x"}, {"wait_s": 2}, {"tool": "x", "done": True}, "The title is in."]}],
        "state": [{"json": {"data": {"state": {"draft": draft}}}} for draft in (DRAFT, TITLED)],
    }
    asker = subprocess.Popen(
        [*command, "add a title"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, start_new_session=True
    )
    assert asker.stdout is not None
    until = time.monotonic() + 30
    while "send" not in server.counts and time.monotonic() < until:
        time.sleep(0.02)
    if end == "a closed pipe":
        asker.stdout.close()
    elif end == "its terminal":
        os.killpg(asker.pid, signal.SIGHUP)
    else:
        asker.send_signal(getattr(signal, end))
    asker.wait(30)
    asker.stdout.close()
    code, said = told("add a title", "--wait", "30")
    assert code == 0
    assert "The title is in." in said
    assert server.counts["send"] == 1, "the same words re-attach"
    assert "The title is in." not in told("status")[1]
