"""Worker processes: values there and back, errors as they were, a lost worker replaced, none left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.render import RenderError
from studio.render.processes import ProcessExecutor, WorkerLost


def test_results_and_errors_come_back() -> None:
    with ProcessExecutor(2) as pool:
        pids = {pool.submit(os.getpid).result() for _ in range(3)}
        assert os.getpid() not in pids
        with pytest.raises(ValueError, match="invalid literal"):
            pool.submit(int, "x").result()
        assert pool.submit(pow, 2, 10).result() == 1024
        printed = pool.submit(print, "a stray print does not disturb the answers")
        assert printed.result() is None


def test_a_lost_worker_fails_its_task_and_is_replaced() -> None:
    with ProcessExecutor(1) as pool:
        with pytest.raises(WorkerLost):
            pool.submit(os._exit, 3).result()
        assert pool.submit(pow, 2, 3).result() == 8


def test_refusals_keep_their_words_on_the_way() -> None:
    with ProcessExecutor(1) as pool, pytest.raises(RenderError, match=r"gone\.jpg cannot be read"):
        from studio.render.picture import load_picture  # noqa: PLC0415  # decoders load for this test only

        pool.submit(load_picture, Path("gone.jpg"), enough=10).result()


def test_an_unguarded_script_may_render_and_a_killed_one_leaves_no_worker(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import os, sys, time\n"
        "from studio.render.processes import ProcessExecutor\n"
        "pool = ProcessExecutor(1)\n"
        "print(pool.submit(os.getpid).result(), flush=True)\n"
        "pool.submit(time.sleep, 60).result()\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _runs(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (ProcessLookupError, FileNotFoundError):
        return False
