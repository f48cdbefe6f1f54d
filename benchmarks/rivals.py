"""What the engine is held against: x264 alone on finished frames, FFmpeg's own zoompan; and the meters for all."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from studio.render.coding import Coding
from studio.render.compose import Composer
from studio.render.encode import Encoder
from studio.render.planes import Planes
from studio.render.timeline import Timeline

X264 = {"preset": "veryfast", "crf": "20"}
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Spent:
    """wall, cpu: seconds. Of a process and all its children, from its first instruction."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Peak:
    """MB. summed: resident pages of all processes at the worst moment, shared ones counted in each; own: shared ones
    counted once (PSS); single: the largest process."""

    summed: float
    own: float
    single: float


def spent(command: Sequence[str]) -> Spent:
    """Run a command. Raises CalledProcessError."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def peak(command: Sequence[str]) -> Peak | None:
    """Memory of a command and its children, looked at ten times a second; None where there is no /proc."""
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    worst = [0.0, 0.0, 0.0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            rows = [memory for pid in _family(process.pid) if (memory := _memory(pid))]
            resident, shared_once = (sum(row[place] for row in rows) for place in (0, 1))
            single = max((row[0] for row in rows), default=0.0)
            worst[:] = [max(pair) for pair in zip(worst, (resident, shared_once, single), strict=True)]

    looking = threading.Thread(target=look)
    looking.start()
    code = process.wait()
    ended.set()
    looking.join()
    if code:
        raise subprocess.CalledProcessError(code, list(command))
    return Peak(*worst)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(child)


def _memory(pid: int) -> tuple[float, float] | None:
    try:
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        return tuple(int(rows[name].split()[0]) / 1024 for name in ("Rss", "Pss"))  # type: ignore[return-value]  # two names
    except (OSError, KeyError):
        return None


def draw_all(film: Timeline, path: Path, coding: Coding) -> None:
    """All frames as raw planes, one after another, for the encoder alone."""
    composer, canvas = Composer(film), Encoder(coding).canvas
    with path.open("wb") as file:
        for index in range(film.frames):
            composer.draw(index, canvas)
            write_raw(file, canvas)


def write_raw(file: object, frame: Planes) -> None:
    for plane in frame.each():
        file.write(np.ascontiguousarray(plane).tobytes())  # type: ignore[attr-defined]  # a binary file


def code_only(frames: Path, width: int, height: int, fps: int, settings: str = "") -> None:
    """The floor: x264 with a thread for each core, fed by plain copies. settings: x264-params beyond the preset's.

    Frames are coded side by side, as FFmpeg's own program does it; PyAV, left alone, cuts each frame into slices, which
    keeps a core and a third busy.
    """
    with av.open(str(frames.with_suffix(".mp4")), "w") as container, frames.open("rb") as file:
        stream = container.add_stream("libx264", rate=fps, options=X264 | {"x264-params": settings})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = os.cpu_count() or 1
        stream.codec_context.thread_type = "FRAME"
        frame = av.VideoFrame(width, height, "yuv420p")
        rows = [
            np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)[: p.height, : p.width] for p in frame.planes
        ]
        index = 0
        while raw := file.read(width * height * 3 // 2):
            frame.make_writable()
            pixels, at = np.frombuffer(raw, np.uint8), 0
            for plane in rows:
                np.copyto(plane, pixels[at : at + plane.size].reshape(plane.shape))
                at += plane.size
            frame.pts = index
            container.mux(stream.encode(frame))
            index += 1
        container.mux(stream.encode(None))


def find_ffmpeg() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - a development dependency

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except ImportError:
        return shutil.which("ffmpeg")


def zoompan(ffmpeg: str, film: Timeline, photos: list[Path], out: Path) -> list[str]:
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
    coding = ["-c:v", "libx264", *(word for name, value in X264.items() for word in (f"-{name}", value)), str(out)]
    return [ffmpeg, "-v", "error", "-y", *inputs, "-filter_complex", ";".join(chains), "-map", last, *coding]


def vmaf(ffmpeg: str, film: Path, reference: Path, size: tuple[int, int], fps: int) -> float:
    """Mean VMAF of a film against raw frames.

    The raw frames are given the film's own colour tags: beside untagged ones FFmpeg converts the film first, at a
    price of two points.
    """
    tagged = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", str(reference)]
    graph = f"[0:v]setpts=PTS-STARTPTS[a];[1:v]setpts=PTS-STARTPTS,{tagged}[b];[a][b]libvmaf=n_threads=2"
    command = [ffmpeg, "-hide_banner", "-nostats", "-i", str(film), *raw, "-lavfi", graph, "-f", "null", "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    found = [line.rsplit(":", 1)[1] for line in told.splitlines() if "VMAF score" in line]
    if not found:
        print(told, file=sys.stderr)
        raise RuntimeError("this ffmpeg has no libvmaf")
    return float(found[-1])
