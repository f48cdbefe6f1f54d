"""The same film from a real Dask scheduler and two workers on loopback as from this process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image

from studio.model import RenderOptions
from studio.render import RenderError, RenderStopped, draft_of, probe, render_film, scheduler

pytest.importorskip("distributed")

NO_GPU = {"DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False"}


def started(*words: str) -> subprocess.Popen[str]:
    """A `dask` command; its log tells its address."""
    command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
    env = {**os.environ, **NO_GPU}
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ExitStack() as stack:

        def running(*words: str) -> subprocess.Popen[str]:
            process = stack.enter_context(started(*words))
            stack.callback(process.terminate)
            return process

        head = running("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        assert head.stderr is not None
        found = next(line.split()[-1] for line in head.stderr if "Scheduler at:" in line)
        threading.Thread(target=head.stderr.read, daemon=True).start()
        for _ in range(2):
            worker = running("dask_worker", found, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            assert worker.stderr is not None
            threading.Thread(target=worker.stderr.read, daemon=True).start()
        yield found


def test_a_cluster_makes_the_same_bytes_and_stops_when_asked(address: str, tmp_path: Path) -> None:
    shots = []
    for number in range(3):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (320, 240), (200, 80 * number, 40)).save(path)
        shots.append(probe(path, path.name))
    media = {shot.id: tmp_path / shot.name for shot in shots}
    draft = draft_of(shots, seconds=5, width=160, height=90, fps=20)
    alone, spread = tmp_path / "alone.mp4", tmp_path / "spread.mp4"
    render_film(draft, media, alone, RenderOptions())
    with scheduler(address) as cluster:
        told: list[int] = []
        render_film(
            draft, media, spread, RenderOptions(), executor=cluster, on_progress=lambda done, _: told.append(done)
        )
        assert told[-1] == 100 and told == sorted(told)
        with pytest.raises(RenderStopped):
            render_film(draft, media, spread, RenderOptions(), executor=cluster, stopped=lambda: True)
        with pytest.raises(RenderError, match="gone"):
            render_film(draft, dict.fromkeys(media, tmp_path / "gone.jpg"), spread, RenderOptions(), executor=cluster)
    assert alone.read_bytes() == spread.read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("skillturn-film-")]


def test_no_scheduler_is_told_in_a_sentence() -> None:
    with pytest.raises(RenderError, match="No scheduler answers"), scheduler("tcp://127.0.0.1:9"):
        pass
