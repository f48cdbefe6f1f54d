"""`doctor`: what is wrong with this machine, one line each, and what to do about it."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ...turn.backend import open_shelves
from ...turn.home import HomeError
from ...turn.shared_disk import networked
from .desk import Desk
from .exits import DONE, FINDINGS, CallError
from .lines import put
from .skill_file import add_skill, find_skill, plan_of

_WHEELS = {"av": "av", "numpy": "numpy", "PIL": "pillow", "cv2": "opencv-python-headless", "starlette": "starlette"}
_ROOM_BYTES = 2 << 30
_REINSTALL = 'Try: pip install --force-reinstall "skillturn[studio]"'


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. advice: what to do when it is not well."""

    name: str
    well: bool
    found: str
    advice: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    checks = [*_machine(), *_engine(), *_state(), _skill(args.skill)]
    for check in checks:
        put(f"{'ok  ' if check.well else 'BAD '} {check.name}: {check.found}")
        if not check.well:
            put(f"     {check.advice}")
    return DONE if all(check.well for check in checks) else FINDINGS


def _machine() -> Iterator[Check]:
    yield Check(
        "python",
        sys.version_info >= (3, 11),
        f"{platform.python_version()} at {sys.executable}",
        "Python 3.11 or newer is needed.",
    )


def _engine() -> Iterator[Check]:
    for module, name in _WHEELS.items():
        yield Check(name, *_wheel(module, name))
    yield _tried("fonts", "a title in Latin and Chinese can be drawn", _draws_titles)


def _wheel(module: str, name: str) -> tuple[bool, str, str]:
    if find_spec(module) is None:
        return False, "missing", 'The engine on this machine needs it: pip install "skillturn[studio]".'
    try:
        return True, version(name), ""
    except PackageNotFoundError:
        return True, "present", ""


def _tried(name: str, found: str, attempt: Callable[[], None]) -> Check:
    """A check that does the thing itself; whatever goes wrong is the finding."""
    try:
        attempt()
    except Exception as error:  # the doctor is an entry point, and any illness is a finding
        return Check(name, False, f"{type(error).__name__}: {error}", _REINSTALL)
    return Check(name, True, found)


def _draws_titles() -> None:
    """Render one small frame with a title in two scripts."""
    import tempfile  # noqa: PLC0415 - with what follows: only the doctor needs it

    from PIL import Image  # noqa: PLC0415

    from api import Track, TrackType  # noqa: PLC0415
    from studio import RenderOptions, draft_of, probe, render_film  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        photo = Path(name) / "photo.png"
        Image.new("RGB", (64, 64), "teal").save(photo)
        media = probe(photo, photo.name)
        draft = draft_of([media], seconds=0.2, width=128, height=128, fps=10)
        title = {"duration_ms": 200, "meta": {"text": "Ag 视频", "start_ms": 0}}
        track = {"type": TrackType.TEXT, "segments": [title], "meta": {"role": "title"}}
        draft.tracks.append(Track.model_validate(track))
        render_film(draft, {media.id: photo}, Path(name) / "film.mp4", RenderOptions())


def _state() -> Iterator[Check]:
    try:
        desk = Desk.open()
    except HomeError as error:
        yield Check("state", False, str(error), "Set SKILLTURN_HOME to a folder that can be written.")
        return
    kind = networked(desk.home)
    way = f" ({kind}: journals are written the slower way that a network's disk needs)" if kind else ""
    yield Check("state", True, f"kept in {desk.home}{way}")
    free = shutil.disk_usage(desk.home).free
    advice = "Films need room: free some, or move SKILLTURN_HOME."
    yield Check("disk", free > _ROOM_BYTES, f"{free / 2**30:.1f} GB free", advice)
    yield _kept(desk)
    backend = desk.settings.resolve_backend()
    why = "asked for" if desk.settings.backend != "auto" else "nothing names another"
    if backend == "cloud" and desk.settings.backend == "auto":
        why = "NEMO_TOKEN or NEMO_API_URL is set"
    yield Check("backend", True, f"{backend} ({why})")


def _kept(desk: Desk) -> Check:
    """What photos and films take, beside what they may."""
    shelves = open_shelves(desk.home)
    if shelves is None:
        return Check("kept", True, "no photos and no films yet")
    with closing(shelves):
        stock = shelves.stock()
    budget = desk.settings.media_budget_bytes
    parts = f"{_gigabytes(stock.media)} of photos and clips, {_gigabytes(stock.films + stock.parts)} of films"
    found = f"{_gigabytes(stock.total)} of {_gigabytes(budget)}: {parts}"
    advice = "Old films are removed as you go on; `skillturn forget NAME` removes a whole conversation."
    return Check("kept", stock.total <= budget, found, advice)


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f} GB"


def _skill(given: str | None) -> Check:
    try:
        path = find_skill(given)
        plan = plan_of(path)
    except CallError as error:
        return Check("skill", False, str(error), "See `skillturn inspect`.")
    return Check("skill", plan.runnable, f"{plan.identity.name} in {path}", plan.not_runnable_because or "")
