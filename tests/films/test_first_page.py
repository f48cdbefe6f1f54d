"""The four turns of the front page, read from it and run as they stand, end in a film that plays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import av
from PIL import Image

STILL_RUNNING = 5
"""The exit code of a turn that goes on in the background."""
ROOT = Path(__file__).parents[2]
COMMAND = """#!/bin/sh
exec "{python}" -m skill "$@"
"""


def four_turns() -> list[str]:
    """The commands under "Four turns by hand"."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    section = page.partition("## Four turns by hand")[2].partition("\n## ")[0]
    return re.findall(r"^ {4}(scripts/skillturn turn .+)$", section, re.MULTILINE)


def a_clone(folder: Path) -> Path:
    """A folder in which the commands mean this program, with the photographs made small."""
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "skillturn").write_text(COMMAND.format(python=sys.executable))
    (folder / "scripts" / "skillturn").chmod(0o755)
    photos = folder / "examples" / "photos"
    photos.mkdir(parents=True)
    for path in sorted((ROOT / "examples" / "photos").glob("*.jpg")):
        with Image.open(path) as image:
            image.thumbnail((480, 480))
            image.save(photos / path.name)
    return folder


def said(command: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_the_four_turns_of_the_front_page_make_a_film(tmp_path: Path) -> None:
    turns = four_turns()
    assert len(turns) == 4
    clone = a_clone(tmp_path / "clone")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(tmp_path / "home")}
    told = []
    for command in turns:
        run = said(command, clone, environment)
        while run.returncode == STILL_RUNNING:  # a busy machine: the same words again, as hosts do
            run = said(command, clone, environment)
        assert run.returncode == 0, (command, run.stdout, run.stderr)
        told.append(run.stdout)
    assert "Golden Hour" in told[2] and "35%" in told[2]
    (path,) = clone.glob("*.mp4")
    assert path.name in told[3]
    with av.open(str(path)) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.width, picture.height) == (1080, 1920)
        frames = sum(1 for _ in film.decode(picture))
        assert frames == 15 * picture.average_rate
        assert sound.duration is not None
        assert abs(float(sound.duration * sound.time_base) - 15) < 0.1
