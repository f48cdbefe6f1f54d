"""A photo made ready for its shot, as a value: what the lens needs, and nothing of the file it came from.

Photos are made ready once for a film, and written down: whichever worker needs one next maps the file, so that its
pixels are in memory once for all of them. Kept beside a project's finished parts, they serve the next export too.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .camera import Camera, View
from .depth import Field
from .framing import Inset
from .planes import Planes
from .tally import Shelf
from .timeline import ShotPlan

_HEAD = 4096  # bytes before the pixels, so that they begin on a page


@dataclass(frozen=True, slots=True)
class Prepared:
    """source: the part of the photo the shot ever sees. origin, scale: where that begins and its px per photo px.

    behind: what surrounds the inset, None when it fills the frame. field: what is near, for shots that sway.
    """

    inset: Inset
    camera: Camera
    origin: tuple[float, float]
    scale: tuple[float, float]
    source: Planes
    behind: Planes | None
    field: Field | None


Prepare = Callable[[ShotPlan, tuple[int, int], int, str | None], Prepared]


def fetch(shelf: Shelf, make: Prepare, plan: ShotPlan, frame: tuple[int, int], fps: int, look: str | None) -> Prepared:
    """A photo that was made ready before, else made now and kept. Raises what `make` raises."""
    # the same photo, however it comes on screen and wherever the shot stands: media are named by their content
    anywhere = replace(plan, first=0, lead_in=0, transition="cut", path=None)
    told = repr((shelf.edition, anywhere, frame, fps, look))
    path = Path(shelf.folder) / hashlib.sha256(told.encode()).hexdigest()
    try:
        return _mapped(path)
    except (OSError, ValueError, LookupError, TypeError):
        made = make(plan, frame, fps, look)
    try:
        _write(path, made)
        return _mapped(path)
    except (OSError, ValueError):  # a full disk, or one that cannot be mapped, is no reason to fail
        return made


def _write(path: Path, made: Prepared) -> None:
    """Whoever reads meanwhile sees all of it or nothing. Raises OSError."""
    arrays = [*made.source.each(), *(made.behind.each() if made.behind else ())]
    told = {
        "inset": asdict(made.inset),
        "camera": asdict(made.camera),
        "origin": made.origin,
        "scale": made.scale,
        "planes": [plane.shape for plane in arrays],
        "field": made.field.shape if made.field is not None else None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with fresh.open("wb") as file:
            file.write(json.dumps(told).encode().ljust(_HEAD))
            for array in arrays if made.field is None else [*arrays, made.field]:
                file.write(array.tobytes())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _mapped(path: Path) -> Prepared:
    """Raises OSError, ValueError, LookupError or TypeError for a file that is missing or damaged."""
    with path.open("rb") as file:
        told = json.loads(file.read(_HEAD))
        pixels = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    path.touch()
    at = _HEAD
    planes: list[NDArray[np.uint8]] = []
    for rows, columns in told["planes"]:
        planes.append(np.frombuffer(pixels, np.uint8, rows * columns, at).reshape(rows, columns))
        at += rows * columns
    field = None
    if told["field"]:
        rows, columns = told["field"]
        field = np.frombuffer(pixels, np.float32, rows * columns, at).reshape(rows, columns)
    camera = told["camera"]
    return Prepared(
        Inset(**told["inset"]),
        Camera(View(**camera["start"]), View(**camera["end"]), camera["aspect"], camera["sway"]),
        (told["origin"][0], told["origin"][1]),
        (told["scale"][0], told["scale"][1]),
        Planes(*planes[:3]),
        Planes(*planes[3:]) if planes[3:] else None,
        field,
    )
