"""`render`: the film engine alone, for scripts and benchmarks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ...turn.events import Progress
from ..media import expand
from .exits import BAD_FILE, REFUSED, CallError
from .lines import put, put_exact
from .screen import Activity

if TYPE_CHECKING:
    from studio import Rendered

Format = Literal["mp4", "mov", "webm", "mkv", "gif"]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="photos, or folders of them")
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="the film; its ending is its format")
    parser.add_argument("--seconds", type=float, default=15.0, metavar="S", help="length of the film (15)")
    size = "frame in pixels (1080x1920), or where it will be shown: tiktok, youtube, pinterest …"
    parser.add_argument("--size", type=_size, default=(1080, 1920), metavar="WxH", help=size)
    parser.add_argument("--fps", type=int, default=30, metavar="N", help="frames per second (30)")
    parser.add_argument("--motion", default="ken-burns", metavar="KIND", help="none, ken-burns, zoom-in, drift, …")
    parser.add_argument("--transition", type=_transition, default=("cross-dissolve", 500), metavar="KIND:SECONDS")
    parser.add_argument("--preset", metavar="P", help="x264's preset")
    parser.add_argument("--crf", type=int, metavar="N", help="x264's rate factor")
    parser.add_argument("--parts", type=int, metavar="N", help="worker processes")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().replace("×", "x").partition("x")
    if width.isdigit() and height.isdigit():
        return int(width), int(height)
    from studio import platform_size  # noqa: PLC0415 - only for a name

    found = platform_size(text)
    if found is None:
        raise argparse.ArgumentTypeError("must look like 1920x1080, or be a place such as tiktok or youtube")
    return found


def _transition(text: str) -> tuple[str, int]:
    kind, _, seconds = text.partition(":")
    try:
        return kind, round(float(seconds or "0.5") * 1000)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must look like cross-dissolve:0.5") from error


def run(args: argparse.Namespace) -> int:
    try:
        from studio import RenderError, UnsupportedMedia  # noqa: PLC0415 - the engine's wheels are an extra
    except ImportError as error:
        raise CallError('The engine is not installed: pip install "skillturn[studio]".') from error
    paths, bad = expand(args.photos, Path.cwd())
    if bad:
        names = ", ".join(item.name for item in bad)
        raise CallError(f"{names}: no readable photo. Give photos or folders of them.", BAD_FILE)
    _check_words(args)
    activity = Activity()
    try:
        film = _render(args, paths, activity)
    except UnsupportedMedia as error:
        raise CallError(str(error), BAD_FILE) from error
    except RenderError as error:
        raise CallError(str(error), REFUSED) from error
    finally:
        activity.clear()
    put_exact(str(film.path))
    length = f"{film.duration_ms / 1000:g} s, {film.frames} frames"
    put(f"{film.width}×{film.height}, {length}, {film.bytes} bytes", sys.stderr)
    return 0


def _render(args: argparse.Namespace, paths: Sequence[Path], activity: Activity) -> Rendered:
    from studio import RenderOptions, draft_of, probe, render_film  # noqa: PLC0415 - as above

    out = Path(args.output).absolute()
    photos = [probe(path, path.name) for path in paths]
    draft = draft_of(
        photos,
        seconds=args.seconds,
        width=args.size[0],
        height=args.size[1],
        fps=args.fps,
        motion=args.motion,
        transition=args.transition[0],
        transition_ms=args.transition[1],
    )
    options = RenderOptions(format=_format(out), preset=args.preset, crf=args.crf, parts=args.parts)

    def on_progress(done: int, total: int) -> None:
        activity.show(Progress("Rendering", "render", done / max(total, 1)))

    media = {photo.id: path for photo, path in zip(photos, paths, strict=True)}
    return render_film(draft, media, out, options, on_progress=on_progress)


def _check_words(args: argparse.Namespace) -> None:
    from api import Motion, Transition  # noqa: PLC0415 - the words come with the draft's types

    for name, given, known in (
        ("--motion", args.motion, get_args(Motion)),
        ("--transition", args.transition[0], get_args(Transition)),
    ):
        if given not in known:
            raise CallError(f"{name} {given}: use one of {', '.join(known)}.")


def _format(out: Path) -> Format:
    for known in get_args(Format):
        if out.suffix[1:].lower() == known:
            found: Format = known
            return found
    raise CallError(f"{out.name}: the film's name must end in one of {', '.join(get_args(Format))}.")
