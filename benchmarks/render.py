"""The render engine's bars, each with its figure, in one run on one machine.

    python benchmarks/render.py [--seconds 15] [--repeat 3] [--moviepy PYTHON]
                                [--only speed,memory,jitter,vmaf,first,again,look,bytes]

Photos: those of examples/photos, enlarged to 12 megapixels. Competitors take turns, each in a fresh process; medians of
the repeats are compared. FFmpeg's rows need the `imageio-ffmpeg` wheel (or an `ffmpeg` with libvmaf on the path);
without it they are left out. MoviePy's row needs an interpreter that has it (its Pillow is older than ours), and
minutes. All code with the same preset and rate factor; the engine adds x264 settings of its own (see
studio/render/coding.py), so there is a second floor that has them, too.

Ratios travel between machines, absolute figures do not, and wall ratios only from a machine that does nothing else
meanwhile.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import av
import numpy as np
from one_film import OPTIONS
from PIL import Image, ImageOps
from rivals import Spent, code_only, draw_all, find_ffmpeg, peak, spent, vmaf, write_raw, zoompan

from api import Draft
from studio.model import Media, RenderOptions
from studio.render import draft_of, probe, render_film
from studio.render.coding import coding_of
from studio.render.layout import lay_out
from studio.render.planes import Planes
from studio.render.prepared import Prepared
from studio.render.processes import ProcessExecutor
from studio.render.timeline import ShotPlan, Timeline

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
SIZE, FPS, TRANSITION_MS = (1920, 1080), 30, 700
ONE_FILM = Path(__file__).parent / "one_film.py"
FLOOR, TUNED, ENGINE = "x264 alone, frames ready", "  the same, our settings", "this engine"
RIVAL, MOVIEPY = "ffmpeg zoompan + xfade", "MoviePy"


@dataclass(frozen=True, slots=True)
class Bench:
    """One film's files. media: each photo's path by id."""

    folder: Path
    media: dict[str, Path]
    draft: Draft
    film: Timeline
    repeat: int
    moviepy: Path | None = None

    def engine(self, *more: str) -> list[str]:
        """The command that makes the film in a fresh process."""
        return [sys.executable, str(ONE_FILM), str(self.folder / "job.json"), *more]


def main() -> None:
    bars: dict[str, Callable[[Bench], None]] = {
        "speed": speed,
        "memory": memory,
        "jitter": jitter,
        "vmaf": quality,
        "first": first_frame,
        "again": again,
        "look": quick_look,
        "bytes": same_bytes,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default=",".join(bars))
    parser.add_argument("--moviepy", type=Path, metavar="PYTHON", help="an interpreter that has MoviePy")
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--settings", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.floor:
        code_only(asked.floor, *SIZE, FPS, asked.settings)
        return
    with tempfile.TemporaryDirectory() as name:
        bench = replace(prepare(Path(name), asked.seconds, asked.repeat), moviepy=asked.moviepy)
        for bar in asked.only.split(","):
            bars[bar](bench)


def say(what: str, figure: str, bar: str) -> None:
    print(f"{what:46} {figure:>12}   bar {bar}", flush=True)


def prepare(folder: Path, seconds: float, repeat: int) -> Bench:
    photos = enlarged(folder)
    media = {photo.id: folder / photo.name for photo in photos}
    draft = draft_of(photos, seconds=seconds, width=SIZE[0], height=SIZE[1], fps=FPS, transition_ms=TRANSITION_MS)
    paths = {key: str(path) for key, path in media.items()}
    job = {"draft": draft.model_dump(mode="json"), "media": paths, "out": str(folder / "film.mp4")}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return Bench(folder, media, draft, lay_out(draft, media, OPTIONS), repeat)


def enlarged(folder: Path) -> list[Media]:
    photos = []
    for path in sorted(PHOTOS.glob("*.jpg")):
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            scale = (12e6 / (upright.width * upright.height)) ** 0.5
            size = (round(upright.width * scale), round(upright.height * scale))
            upright.resize(size, Image.Resampling.LANCZOS).save(folder / path.name, quality=92)
        photos.append(probe(folder / path.name, path.name))
    return photos


def speed(bench: Bench) -> None:
    frames = bench.folder / "frames.yuv"
    coding = coding_of(bench.film, OPTIONS)
    draw_all(bench.film, frames, coding)
    floor_alone = [sys.executable, __file__, "--floor", str(frames)]
    rows = {
        FLOOR: floor_alone,
        TUNED: [*floor_alone, "--settings", dict(coding.options)["x264-params"]],
        ENGINE: bench.engine(),
    }
    ffmpeg = find_ffmpeg()
    if ffmpeg:
        rows[RIVAL] = zoompan(ffmpeg, bench.film, list(bench.media.values()), bench.folder / "zoompan.mp4")
    if bench.moviepy:
        rows[MOVIEPY] = by_moviepy(bench)
    runs: dict[str, list[Spent]] = {row: [] for row in rows}
    for _ in range(bench.repeat):
        for row, command in rows.items():
            runs[row].append(spent(command))
    frames.unlink()
    middle = {
        row: Spent(statistics.median(run.wall for run in of), statistics.median(run.cpu for run in of))
        for row, of in runs.items()
    }
    for row, figure in middle.items():
        print(f"{row:28} wall {figure.wall:6.1f} s   cpu {figure.cpu:6.1f} s")
    mine, floor = middle[ENGINE], middle[FLOOR]
    say("wall / x264 alone", f"{mine.wall / floor.wall:.2f}", "1.10")
    say("cpu / x264 alone", f"{mine.cpu / floor.cpu:.2f}", "1.15")
    tuned = middle[TUNED]
    say("  wall, cpu / x264 alone with our settings", f"{mine.wall / tuned.wall:.2f} {mine.cpu / tuned.cpu:.2f}", "-")
    if RIVAL in middle:
        say("wall / zoompan + xfade", f"{mine.wall / middle[RIVAL].wall:.2f}", "0.72")
        say("cpu / zoompan + xfade", f"{mine.cpu / middle[RIVAL].cpu:.2f}", "-")
    if MOVIEPY in middle:
        say("cpu / MoviePy", f"{mine.cpu / middle[MOVIEPY].cpu:.2f}", "-")


def by_moviepy(bench: Bench) -> list[str]:
    """MoviePy's command for the same film."""
    film, job = bench.film, bench.folder / "moviepy.json"
    told = asdict(film) | {"out": str(bench.folder / "moviepy.mp4")}
    job.write_text(json.dumps(told), encoding="utf-8")
    return [str(bench.moviepy), str(ONE_FILM.with_name("moviepy_film.py")), str(job)]


def memory(bench: Bench) -> None:
    worst = peak(bench.engine())
    if worst is None:
        return
    say("peak memory, all processes, shared pages once", f"{worst.own:.0f} MB", "500 MB")
    say("  the same, shared pages counted in each", f"{worst.summed:.0f} MB", "-")
    say("  the largest process", f"{worst.single:.0f} MB", "-")


def first_frame(bench: Bench) -> None:
    """Twelve photos of 12 megapixels; a fresh process draws and saves the first frame."""
    photos = [probe(path, path.name) for path in bench.media.values()]
    draft = draft_of([*photos, *photos[:4]], seconds=30, width=SIZE[0], height=SIZE[1], fps=FPS)
    job = bench.folder / "first.json"
    paths = {key: str(path) for key, path in bench.media.items()}
    told = {"draft": draft.model_dump(mode="json"), "media": paths, "out": str(bench.folder / "first")}
    job.write_text(json.dumps(told), encoding="utf-8")
    runs = [spent([sys.executable, str(ONE_FILM), str(job), "first"]).wall for _ in range(max(3, bench.repeat))]
    say("first frame of twelve photos, fresh process", f"{statistics.median(runs):.2f} s", "1.5 s")


def again(bench: Bench) -> None:
    """A film with a title in its first three seconds, exported; the title turned red, exported again."""
    walls = []
    cache, out = bench.folder / "parts", bench.folder / "again.mp4"
    for color in ("white", "red"):
        words = {"start_ms": 0, "text": "Golden Hour", "role": "title", "color": color}
        title = {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": words}]}
        plain = bench.draft.model_dump()
        draft = Draft.model_validate({**plain, "t": [*plain["t"], title]})
        began = time.perf_counter()
        render_film(draft, bench.media, out, OPTIONS, cache=cache)
        walls.append(time.perf_counter() - began)
    say("first export / export after a title change", f"{walls[0] / walls[1]:.1f} x", "5 x")


def quick_look(bench: Bench) -> None:
    """A contact sheet and a small film of the draft, each by a fresh process."""
    for what, told in (("sheet", "contact sheet"), ("look", "small film")):
        runs = [spent(bench.engine(what)).wall for _ in range(max(3, bench.repeat))]
        say(f"quick look, {told}, fresh process", f"{statistics.median(runs):.2f} s", "2 s")


def same_bytes(bench: Bench) -> None:
    digests = set()
    draft = bench.draft.model_copy(deep=True)
    draft.meta.width, draft.meta.height = 640, 360
    for workers in (1, 2):
        out = bench.folder / f"{workers}.mp4"
        with ProcessExecutor(workers) as pool:
            render_film(draft, bench.media, out, OPTIONS, executor=pool)
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    say("bytes from one and from two workers", "equal" if len(digests) == 1 else "DIFFER", "equal")


def jitter(bench: Bench) -> None:
    """A white dot under a slow pan, against the straight line it should follow."""
    pixels = np.full((2160, 3840, 3), 50, np.uint8)
    y, x = np.ogrid[:2160, :3840]
    pixels[(x - 1920) ** 2 + (y - 1080) ** 2 < 60**2] = 255
    path = bench.folder / "dot.png"
    Image.fromarray(pixels).save(path)
    shot = probe(path, path.name)
    draft = draft_of([shot], seconds=3, width=1280, height=720, fps=30, motion="pan-right")
    render_film(draft, {shot.id: path}, bench.folder / "dot.mp4", RenderOptions(crf=8))
    places = []
    with av.open(str(bench.folder / "dot.mp4")) as container:
        for frame in container.decode(video=0):
            light = np.clip(frame.to_ndarray(format="gray").astype(float) - 120, 0, None)
            places.append((light.sum(axis=0) * np.arange(light.shape[1])).sum() / light.sum())
    even = np.array(places[25:65])
    line = np.polyval(np.polyfit(np.arange(40), even, 1), np.arange(40))
    say("jitter of a tracked marker, RMS", f"{np.sqrt(np.mean((even - line) ** 2)):.4f} px", "0.05 px")


def quality(bench: Bench) -> None:
    """The engine's film against frames drawn by a Lanczos filter straight from the photos, and never coded."""
    ffmpeg = find_ffmpeg()
    if not ffmpeg:
        return
    out, raw, coded = (bench.folder / name for name in ("vmaf.mp4", "lanczos.yuv", "lanczos.mp4"))
    render_film(bench.draft, bench.media, out, OPTIONS)
    lanczos(bench.film, raw)
    say("VMAF against Lanczos, veryfast crf 20", f"{vmaf(ffmpeg, out, raw, SIZE, FPS):.2f}", "97")
    subprocess.run([sys.executable, __file__, "--floor", str(raw)], check=True)
    say("  those very frames, by x264 alone", f"{vmaf(ffmpeg, coded, raw, SIZE, FPS):.2f}", "-")
    say("  MB, and by x264 alone", f"{out.stat().st_size / 1e6:.1f} {coded.stat().st_size / 1e6:.1f}", "-")
    raw.unlink()


def lanczos(film: Timeline, raw: Path) -> None:
    """The film drawn slowly: every plane of every frame filtered down from the whole photo."""
    from studio.render import compose, shot  # noqa: PLC0415 - taken apart here only

    class Slow(shot.PhotoShot):
        """The same path of the camera, without a working copy."""

        def __init__(self, plan: ShotPlan, made: Prepared) -> None:
            super().__init__(plan, made)
            picture = shot.load_picture(Path(plan.path or ""), enough=20_000)
            size = picture.width & ~1, picture.height & ~1
            self.whole = picture.cut((0, 0, *size), size)

        def _see(self, view: tuple[float, float, float], target: Planes, _: object) -> None:
            left, top, per_px = view
            for plane, out, half in zip(self.whole.each(), target.each(), (1, 2, 2), strict=True):
                beside = 0.5 * per_px * (half - 1)
                box = [(left - beside) / half, top / half]
                box += [box[0] + out.shape[1] * per_px, box[1] + out.shape[0] * per_px]
                inside = [min(max(0.0, edge), limit) for edge, limit in zip(box, plane.shape[::-1] * 2, strict=True)]
                size = (out.shape[1], out.shape[0])
                small = Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS, box=tuple(inside))  # type: ignore[arg-type]  # four floats
                out[:] = np.asarray(small)

    quick, compose.PhotoShot = compose.PhotoShot, Slow  # type: ignore[attr-defined]  # put back below
    try:
        composer, frame = compose.Composer(film), Planes.filled(film.width, film.height)
        with raw.open("wb") as file:
            for index in range(film.frames):
                composer.draw(index, frame)
                write_raw(file, frame)
    finally:
        compose.PhotoShot = quick  # type: ignore[attr-defined]  # as above


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as exc:
        sys.exit(f"a run failed: {exc}")
