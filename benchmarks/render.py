"""How fast and how smooth the engine is, beside x264 alone and FFmpeg's own zoompan, in one run on one machine.

    python benchmarks/render.py [--seconds 15] [--repeat 3]

Photos: those of examples/photos, enlarged to 12 megapixels. FFmpeg's rows need an `ffmpeg` on the path or the
`imageio-ffmpeg` wheel; without either they are left out. Ratios travel between machines, absolute figures do not.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from studio.model import Media, RenderOptions
from studio.render import draft_of, probe, render_film
from studio.render.compose import Composer
from studio.render.encode import Encoder
from studio.render.film import coding_of
from studio.render.timeline import Timeline, lay_out

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
SIZE, FPS, TRANSITION_MS = (1920, 1080), 30, 700
OPTIONS = RenderOptions(preset="veryfast", crf=20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = enlarged(folder)
        paths = {photo.id: folder / photo.name for photo in photos}
        draft = draft_of(
            photos, seconds=asked.seconds, width=SIZE[0], height=SIZE[1], fps=FPS, transition_ms=TRANSITION_MS
        )
        film = lay_out(draft, paths, OPTIONS)
        frames = drawn(film, folder / "frames.yuv")
        out = folder / "film.mp4"
        rows: dict[str, Callable[[], None]] = {
            "x264 alone, frames ready": lambda: code_only(film, frames),
            "this engine": lambda: void(render_film(draft, paths, out, OPTIONS)),
        }
        ffmpeg = find_ffmpeg()
        if ffmpeg:
            rows["ffmpeg zoompan + xfade"] = lambda: zoompan(ffmpeg, film, [paths[p.id] for p in photos], folder)
        measured: dict[str, list[tuple[float, float]]] = {row: [] for row in rows}
        for _ in range(asked.repeat):
            for row, run in rows.items():
                measured[row].append(timed(run))
        report(measured, out)
        print(f"jitter of a tracked marker, px RMS: {jitter(folder):.4f}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"largest child process: {peak} MB")


def void(_: object) -> None:
    """Drop a result."""


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


def drawn(film: Timeline, path: Path) -> Path:
    """All frames as raw planes, for the encoder alone."""
    composer, encoder = Composer(film), Encoder(coding_of(film, OPTIONS))
    canvas = encoder.canvas
    with path.open("wb") as file:
        for index in range(film.frames):
            composer.draw(index, canvas)
            for plane in canvas.each():
                file.write(np.ascontiguousarray(plane).tobytes())
    return path


def code_only(film: Timeline, frames: Path) -> None:
    """x264 with as many threads as there are cores."""
    with av.open(str(frames.with_suffix(".mp4")), "w") as container, frames.open("rb") as file:
        stream = container.add_stream("libx264", rate=film.fps, options={"preset": "veryfast", "crf": "20"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.codec_context.thread_count = os.cpu_count() or 1
        size = film.width * film.height * 3 // 2
        while raw := file.read(size):
            pixels = np.frombuffer(raw, np.uint8).reshape(film.height * 3 // 2, film.width)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="yuv420p")))
        container.mux(stream.encode(None))


def find_ffmpeg() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - optional

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except ImportError:
        return shutil.which("ffmpeg")


def zoompan(ffmpeg: str, film: Timeline, photos: list[Path], folder: Path) -> None:
    """The recipe most scripts use: crop, zoompan each photo, xfade them."""
    inputs, chains, last = [], [], "[v0]"
    for number, (photo, shot) in enumerate(zip(photos, film.shots, strict=True)):
        inputs += ["-i", str(photo)]
        chains.append(
            f"[{number}:v]scale={film.width * 2}:{film.height * 2}:force_original_aspect_ratio=increase,"
            f"crop={film.width * 2}:{film.height * 2},zoompan=z='1+0.1*on/{shot.frames}':x='iw/2-iw/zoom/2'"
            f":y='ih/2-ih/zoom/2':d={shot.frames}:s={film.width}x{film.height}:fps={film.fps},format=yuv420p[v{number}]"
        )
    for number, shot in enumerate(film.shots[1:], 1):
        chains.append(
            f"{last}[v{number}]xfade=duration={shot.lead_in / film.fps}:offset={shot.first / film.fps}[x{number}]"
        )
        last = f"[x{number}]"
    coding = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", str(folder / "zoompan.mp4")]
    command = [ffmpeg, "-v", "error", "-y", *inputs, "-filter_complex", ";".join(chains), "-map", last, *coding]
    subprocess.run(command, check=True)


def timed(run: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds, children included."""

    def cpu() -> float:
        mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime

    wall, used = time.perf_counter(), cpu()
    run()
    return time.perf_counter() - wall, cpu() - used


def report(measured: dict[str, list[tuple[float, float]]], out: Path) -> None:
    floor = statistics.median(wall for wall, _ in measured["x264 alone, frames ready"])
    for row, runs in measured.items():
        wall, cpu = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{row:28} wall {wall:6.1f} s  cpu {cpu:6.1f} s  {wall / floor:5.2f} x floor")
    print(f"film: {out.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


def jitter(folder: Path) -> float:
    """A white dot under a slow pan, against the straight line it should follow."""
    pixels = np.full((2160, 3840, 3), 50, np.uint8)
    y, x = np.ogrid[:2160, :3840]
    pixels[(x - 1920) ** 2 + (y - 1080) ** 2 < 60**2] = 255
    Image.fromarray(pixels).save(folder / "dot.png")
    shot = probe(folder / "dot.png", "dot.png")
    draft = draft_of([shot], seconds=3, width=1280, height=720, fps=30, motion="pan-right")
    render_film(draft, {shot.id: folder / "dot.png"}, folder / "dot.mp4", RenderOptions(crf=8))
    places = []
    with av.open(str(folder / "dot.mp4")) as container:
        for frame in container.decode(video=0):
            light = np.clip(frame.to_ndarray(format="gray").astype(float) - 120, 0, None)
            places.append((light.sum(axis=0) * np.arange(light.shape[1])).sum() / light.sum())
    even = np.array(places[25:65])
    line = np.polyval(np.polyfit(np.arange(40), even, 1), np.arange(40))
    return float(np.sqrt(np.mean((even - line) ** 2)))


if __name__ == "__main__":
    main()
