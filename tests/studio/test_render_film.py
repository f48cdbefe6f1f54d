"""Films proved by decoding them: size, speed, length, motion, mixtures, words, sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from api import Draft
from studio.model import Media, RenderOptions
from studio.render import RenderError, RenderStopped, draft_of, probe, render_film, render_still
from studio.render.coding import coding_of
from studio.render.compose import Composer
from studio.render.layout import lay_out
from studio.render.part_cache import PartCache, key_of
from studio.render.planes import Planes
from studio.render.split import in_order_of_work, split
from studio.render.tally import Shelf

W, H, FPS = 320, 180, 20
Rgb = NDArray[np.uint8]


def photo(path: Path, size: tuple[int, int], color: tuple[int, int, int], *, marker: bool = False) -> Media:
    """A plain photo; with a marker: a white dot in its middle on a faint grid of grey."""
    image = Image.new("RGB", size, color)
    if marker:
        pixels = np.asarray(image).copy()
        cv2.circle(pixels, (size[0] // 2, size[1] // 2), size[1] // 22, (255, 255, 255), -1, cv2.LINE_AA)
        image = Image.fromarray(pixels)
    image.save(path, quality=92)
    return probe(path, path.name)


def film_of(
    tmp_path: Path, draft: Draft, media: list[Media], options: RenderOptions | None = None, name: str = "film.mp4"
) -> Path:
    out = tmp_path / name
    paths = {each.id: tmp_path / each.name for each in media}
    render_film(draft, paths, out, options or RenderOptions(preset="ultrafast", crf=16))
    return out


def frames_of(path: Path) -> list[Rgb]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def marker_at(frame: Rgb) -> tuple[float, float, float]:
    """Centre of the white dot, px, and its radius."""
    light = np.clip(frame.astype(np.float64).mean(axis=2) - 150, 0, None)
    total = light.sum()
    rows, columns = np.indices(light.shape)
    return (
        float((light * columns).sum() / total),
        float((light * rows).sum() / total),
        float(np.sqrt((light > 50).sum() / np.pi)),
    )


def test_size_speed_length_and_tags_are_as_asked(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (640, 360), (200, 60 * n, 40)) for n in range(3)]
    draft = draft_of(shots, seconds=2.35, width=W, height=H, fps=FPS, transition_ms=300)
    out = film_of(tmp_path, draft, shots, RenderOptions())
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert (stream.width, stream.height, stream.average_rate) == (W, H, FPS)
        assert stream.codec_context.name == "h264" and stream.codec_context.profile == "High"
        assert [frame.pts * stream.time_base * FPS for frame in frames] == list(range(47))
        assert (frames[0].colorspace, frames[0].color_range) == (1, 1)  # BT.709, limited
        assert not container.streams.audio
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # starts playing before it is loaded


def test_colours_survive_the_way_to_the_screen(tmp_path: Path) -> None:
    for number, color in enumerate([(200, 40, 40), (30, 160, 60), (40, 70, 200), (235, 235, 235)]):
        for suffix in ("jpg", "png"):  # the short way and the long way
            shot = photo(tmp_path / f"c{number}.{suffix}", (400, 300), color)
            draft = draft_of([shot], seconds=0.2, width=64, height=48, fps=10, motion="none")
            middle = np.asarray(render_still(draft, {shot.id: tmp_path / shot.name}, RenderOptions(), at_ms=0))[24, 32]
            assert np.abs(middle.astype(int) - color).max() <= 4, (suffix, color, middle)


@pytest.mark.parametrize(
    ("motion", "moved"),
    [
        ("none", lambda dx, dy, grown: abs(dx) < 0.05 and abs(dy) < 0.05 and abs(grown - 1) < 0.01),
        ("zoom-in", lambda dx, dy, grown: grown > 1.06),
        ("zoom-out", lambda dx, dy, grown: grown < 0.94),
        ("ken-burns", lambda dx, dy, grown: grown > 1.06),
        ("pan-left", lambda dx, dy, grown: dx > 15 and abs(dy) < 0.2 and abs(grown - 1) < 0.02),
        ("pan-right", lambda dx, dy, grown: dx < -15 and abs(dy) < 0.2 and abs(grown - 1) < 0.02),
        ("pan-up", lambda dx, dy, grown: dy > 8 and abs(dx) < 0.2 and abs(grown - 1) < 0.02),
        ("pan-down", lambda dx, dy, grown: dy < -8 and abs(dx) < 0.2 and abs(grown - 1) < 0.02),
        ("drift", lambda dx, dy, grown: np.hypot(dx, dy) > 4 and abs(grown - 1) < 0.02),
        ("parallax", lambda dx, dy, grown: grown > 1.03),
    ],
)
def test_each_motion_moves_its_way(tmp_path: Path, motion: str, moved: Callable[[float, float, float], bool]) -> None:
    shot = photo(tmp_path / "m.png", (960, 540), (40, 50, 60), marker=True)
    draft = draft_of([shot], seconds=2, width=W, height=H, fps=10, motion=motion)  # type: ignore[arg-type]  # a table of names
    frames = frames_of(film_of(tmp_path, draft, [shot]))
    (x0, y0, r0), (x1, y1, r1) = marker_at(frames[0]), marker_at(frames[-1])
    assert moved(x1 - x0, y1 - y0, r1 / r0), (x1 - x0, y1 - y0, r1 / r0)


def test_a_pan_does_not_jitter(tmp_path: Path) -> None:
    shot = photo(tmp_path / "m.png", (960, 540), (40, 50, 60), marker=True)
    draft = draft_of([shot], seconds=2, width=W, height=H, fps=30, motion="pan-right")
    places = np.array([marker_at(frame)[0] for frame in frames_of(film_of(tmp_path, draft, [shot]))])
    even = places[18:42]  # between speeding up and slowing down
    ideal = np.polyval(np.polyfit(np.arange(len(even)), even, 1), np.arange(len(even)))
    assert np.sqrt(np.mean((even - ideal) ** 2)) < 0.05


def test_both_pictures_are_there_in_mid_dissolve_and_alone_outside(tmp_path: Path) -> None:
    shots = [photo(tmp_path / "a.jpg", (640, 360), (220, 30, 30)), photo(tmp_path / "b.jpg", (640, 360), (30, 30, 220))]
    draft = draft_of(shots, seconds=3, width=W, height=H, fps=FPS, motion="none", transition_ms=1000)
    frames = frames_of(film_of(tmp_path, draft, shots))
    red, _, blue = frames[29][90, 160]
    assert 90 < red < 160 and 90 < blue < 160
    assert frames[18][90, 160][2] < 60 and frames[42][90, 160][0] < 60


@pytest.mark.parametrize("kind", ["fade-black", "fade-white", "slide", "push", "wipe", "zoom", "whip", "cut"])
def test_each_transition_leads_from_one_picture_to_the_other(tmp_path: Path, kind: str) -> None:
    shots = [photo(tmp_path / "a.jpg", (640, 360), (220, 30, 30)), photo(tmp_path / "b.jpg", (640, 360), (30, 30, 220))]
    draft = draft_of(shots, seconds=2, width=W, height=H, fps=FPS, motion="none", transition=kind, transition_ms=600)  # type: ignore[arg-type]  # a table of names
    paths = {shot.id: tmp_path / shot.name for shot in shots}

    def still(ms: int) -> Rgb:
        return np.asarray(render_still(draft, paths, RenderOptions(), at_ms=ms)).astype(int)

    assert still(600)[90, 160][0] > 190 and still(1400)[90, 160][2] > 190
    middle = still(1000)
    seen = {
        "fade-black": middle.max() < 40,
        "fade-white": middle.min() > 215,
        "cut": (middle[:, :, 2] > 190).all(),
    }
    assert seen.get(kind, (middle[:, :, 0] > 100).any() and (middle[:, :, 2] > 100).any())


def test_the_film_fades_in_and_out(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.jpg", (640, 360), (220, 220, 220))
    draft = draft_of([shot], seconds=2, width=W, height=H, fps=FPS)
    draft.meta.fade_in_ms = draft.meta.fade_out_ms = 500
    frames = frames_of(film_of(tmp_path, draft, [shot]))
    light = [frame.mean() for frame in frames]
    assert light[0] < 40 and light[-1] < 5 and light[20] > 200
    assert light[:10] == sorted(light[:10]) and light[-10:] == sorted(light[-10:], reverse=True)


def test_exif_orientation_is_obeyed_by_film_and_probe(tmp_path: Path) -> None:
    stored = np.zeros((400, 300, 3), np.uint8)
    stored[:200] = (220, 30, 30)  # shown upright, the red half is on the right
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("turned.jpg", "turned.png"):
        Image.fromarray(stored).save(tmp_path / name, exif=exif)
        shot = probe(tmp_path / name, name)
        assert (shot.width, shot.height) == (400, 300)
        draft = draft_of([shot], seconds=0.2, width=80, height=60, fps=10, motion="none")
        seen = np.asarray(render_still(draft, {shot.id: tmp_path / name}, RenderOptions(), at_ms=0)).astype(int)
        assert seen[30, 70][0] > 180 and seen[30, 10][0] < 40


def test_a_photo_of_another_shape_is_never_stretched_and_fills_the_frame(tmp_path: Path) -> None:
    shot = photo(tmp_path / "tall.png", (540, 1600), (90, 120, 60), marker=True)
    draft = draft_of([shot], seconds=0.2, width=W, height=H, fps=10, motion="none")
    still = np.asarray(render_still(draft, {shot.id: tmp_path / shot.name}, RenderOptions(), at_ms=0))
    ys, xs = np.nonzero(still.mean(axis=2) > 200)
    assert abs((np.ptp(xs) + 1) / (np.ptp(ys) + 1) - 1) < 0.1  # a round dot stays round
    assert still[:, [2, W // 2, W - 3]].min(axis=(0, 2)).min() > 20  # no black bars


def test_the_same_draft_gives_the_same_bytes_from_one_and_from_two_workers(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (640, 360), (200, 80 * n, 40)) for n in range(3)]
    draft = draft_of(shots, seconds=4, width=W, height=H, fps=FPS)
    paths = {shot.id: tmp_path / shot.name for shot in shots}
    from studio.render.processes import ProcessExecutor  # noqa: PLC0415  # the engine's own port, proved with real processes

    outs = []
    for workers in (1, 2):
        out = tmp_path / f"w{workers}.mp4"
        pool = ProcessExecutor(workers)
        told: list[tuple[int, int]] = []
        render_film(
            draft,
            paths,
            out,
            RenderOptions(),
            executor=pool,
            on_progress=lambda done, of, told=told: told.append((done, of)),
        )
        pool.shutdown()
        assert told[-1] == (80, 80) and [done for done, _ in told] == sorted(done for done, _ in told)
        outs.append(out.read_bytes())
    alone = tmp_path / "alone.mp4"
    render_film(draft, paths, alone, RenderOptions())
    assert outs[0] == outs[1] == alone.read_bytes()
    assert len(frames_of(alone)) == 80


def test_stopping_is_quick_and_leaves_nothing(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.jpg", (640, 360), (220, 220, 220))
    draft = draft_of([shot], seconds=60, width=640, height=360, fps=30)
    out = tmp_path / "out" / "film.mp4"
    out.parent.mkdir()
    out.write_bytes(b"the film before")
    asked: list[int] = []
    with pytest.raises(RenderStopped):
        render_film(
            draft,
            {shot.id: tmp_path / "a.jpg"},
            out,
            RenderOptions(),
            stopped=lambda: len(asked) > 2 or asked.append(1) is not None,
        )
    assert [path.name for path in out.parent.iterdir()] == ["film.mp4"] and out.read_bytes() == b"the film before"


@pytest.mark.parametrize("kind", ["mov", "mkv", "webm", "gif"])
def test_other_formats_hold_the_same_film(tmp_path: Path, kind: str) -> None:
    shots = [photo(tmp_path / "a.jpg", (640, 360), (220, 30, 30)), photo(tmp_path / "b.jpg", (640, 360), (30, 30, 220))]
    draft = draft_of(shots, seconds=2, width=W, height=H, fps=24)
    options = RenderOptions(format=kind, preset="ultrafast")  # type: ignore[arg-type]  # a table of names
    out = film_of(tmp_path, draft, shots, options, f"film.{kind}")
    frames = frames_of(out)
    with av.open(str(out)) as container:
        assert container.duration == pytest.approx(2_000_000, abs=10_000)
    assert kind == "gif" or len(frames) == 48
    assert frames[0][90, 160][0] > 190 and frames[-1][90, 160][2] > 190


def test_refusals_say_what_to_do(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.jpg", (640, 360), (220, 220, 220))
    draft = draft_of([shot], seconds=1, width=W, height=H)
    with pytest.raises(RenderError, match="Send it again"):
        render_film(draft, {}, tmp_path / "x.mp4", RenderOptions())
    with pytest.raises(RenderError, match="Add photos"):
        render_film(Draft(), {}, tmp_path / "x.mp4", RenderOptions())
    with pytest.raises(RenderError, match="cannot be filmed"):
        render_film(draft, {shot.id: tmp_path / "a.jpg"}, tmp_path / "x.mp4", RenderOptions(width=90_000))
    (tmp_path / "a.jpg").write_text("not a picture any more")
    with pytest.raises(RenderError, match="neither a picture nor a video"):
        render_film(draft, {shot.id: tmp_path / "a.jpg"}, tmp_path / "x.mp4", RenderOptions())
    assert not (tmp_path / "x.mp4").exists()


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_a_change_of_title_renders_only_the_parts_it_shows_on(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (640, 360), (200, 20 * n, 40)) for n in range(6)]
    paths = {shot.id: tmp_path / shot.name for shot in shots}
    plain = draft_of(shots, seconds=16, width=64, height=36, fps=10).model_dump()

    def made(color: str, out: Path, cache: Path | None) -> bytes:
        title = {"tt": 7, "sg": [{"d": 1500, "m": {"start_ms": 0, "text": "Hi", "role": "title", "color": color}}]}
        draft = Draft.model_validate({**plain, "t": [*plain["t"], title]})
        render_film(draft, paths, out, RenderOptions(), cache=cache)
        return out.read_bytes()

    cache = tmp_path / "cache"
    white = made("white", tmp_path / "a.mp4", cache)
    kept, ready = files_in(cache), {path: path.stat().st_ino for path in (cache / "photos").iterdir()}
    red = made("red", tmp_path / "b.mp4", cache)
    assert len(kept) == 6 and len(files_in(cache) - kept) == 1
    assert red == made("red", tmp_path / "c.mp4", None) != white
    assert len(ready) == 6 and {path: path.stat().st_ino for path in (cache / "photos").iterdir()} == ready
    for path, damage in zip(ready, (b"damaged", b"", b"[]", b"{}", b'{"planes": 3}', b'{"planes": []}'), strict=True):
        path.write_bytes(damage.ljust(4096) if damage else b"")
    for name in files_in(cache):
        (cache / name).unlink()
    assert made("white", tmp_path / "d.mp4", cache) == white


def test_a_part_that_cannot_be_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.jpg", (64, 36), (200, 90, 40))
    draft = draft_of([shot], seconds=1, width=64, height=36, fps=10)
    film = lay_out(draft, {shot.id: tmp_path / "a.jpg"}, RenderOptions())
    part, coding = split(film)[0], coding_of(film, RenderOptions())
    (tmp_path / part.file).write_bytes(b"a part")
    in_its_place = tmp_path / "cache" / key_of(film, part, coding)
    in_its_place.mkdir(parents=True)
    PartCache(tmp_path / "cache").keep(film, [part], coding, tmp_path)
    assert list((tmp_path / "cache").iterdir()) == [in_its_place]


def test_a_prepared_photo_is_the_same_from_the_shelf(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.jpg", (300, 400), (200, 90, 40), marker=True)
    media = {shot.id: tmp_path / shot.name}
    for motion in ("ken-burns", "parallax"):
        draft = draft_of([shot], seconds=1, width=192, height=108, fps=10, motion=motion)
        film, frames = lay_out(draft, media, RenderOptions()), []
        for shelf in (None, Shelf(str(tmp_path / "photos")), Shelf(str(tmp_path / "photos")), Shelf("/dev/null/none")):
            frame = Planes.filled(192, 108)
            Composer(film, shelf).draw(4, frame)
            frames.append(b"".join(plane.tobytes() for plane in frame.each()))
        assert len(set(frames)) == 1
    assert len(list((tmp_path / "photos").iterdir())) == 2


@pytest.mark.parametrize("fps", [24, 25, 50, 60])
def test_every_usual_speed_is_kept_exactly(tmp_path: Path, fps: int) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (320, 180), (200, 60 * n, 40)) for n in range(2)]
    draft = draft_of(shots, seconds=1.2, width=96, height=64, fps=fps, transition_ms=300)
    with av.open(str(film_of(tmp_path, draft, shots))) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == fps
        assert len(list(container.decode(stream))) == int(1.2 * fps + 0.5)


def test_a_film_may_be_as_large_as_4k(tmp_path: Path) -> None:
    shot = photo(tmp_path / "a.png", (960, 540), (40, 50, 60), marker=True)
    draft = draft_of([shot], seconds=0.1, width=3840, height=2160, fps=30)
    frames = frames_of(film_of(tmp_path, draft, [shot]))
    assert [frame.shape for frame in frames] == [(2160, 3840, 3)] * 3
    assert frames[0][1080, 1920].min() > 200


def test_only_the_photos_on_screen_are_held_however_many_there_are(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (160, 90), (200, 60 * n, 40)) for n in range(2)]
    media = {shot.id: tmp_path / shot.name for shot in shots}
    draft = draft_of(shots * 100, seconds=200, width=32, height=32, fps=5, transition_ms=400)
    film = lay_out(draft, media, RenderOptions())
    composer, frame = Composer(film), Planes.filled(32, 32)
    held = []
    for index in range(film.frames):
        composer.draw(index, frame)
        held.append(len(composer.opened))
    assert len(film.shots) == 200 and set(held) == {1, 2}


def test_parts_cover_the_film_evenly_and_begin_where_words_and_shots_do(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (160, 90), (200, 20 * n, 40)) for n in range(8)]
    media = {shot.id: tmp_path / shot.name for shot in shots}
    plain = draft_of(shots, seconds=15, width=64, height=36, fps=30, transition_ms=700).model_dump()
    title = {"tt": 7, "sg": [{"d": 3000, "m": {"start_ms": 0, "text": "Hi", "role": "title"}}]}
    film = lay_out(Draft.model_validate({**plain, "t": [*plain["t"], title]}), media, RenderOptions())
    parts = split(film)
    assert [part.first for part in parts[1:]] == [part.last for part in parts[:-1]]
    assert (parts[0].first, parts[-1].last, len(parts) % 2) == (0, 450, 0)
    assert 90 in {part.first for part in parts}  # where the title goes
    starts = {shot.first for shot in film.shots} | {90}
    assert sum(part.first in starts for part in parts) >= len(parts) - 1
    assert sorted(part.number for part in in_order_of_work(parts, 30)) == list(range(len(parts)))


def test_a_photo_that_moved_along_the_film_is_not_drawn_again(tmp_path: Path) -> None:
    shots = [photo(tmp_path / f"{n}.jpg", (160, 90), (200, 20 * n, 40)) for n in range(4)]
    media = {shot.id: tmp_path / shot.name for shot in shots}

    def kept(order: list[Media]) -> set[str]:
        draft = draft_of(order, seconds=2.5 * len(order), width=64, height=36, fps=10, transition="cut", motion="none")
        render_film(draft, media, tmp_path / "x.mp4", RenderOptions(), cache=tmp_path / "cache")
        return files_in(tmp_path / "cache")

    first = kept(shots)
    assert kept(list(reversed(shots))) == first


def test_bytes_do_not_depend_on_what_was_in_memory(tmp_path: Path) -> None:
    """At a width of 30 blocks, in one process where other films have left their traces."""
    paint = np.random.default_rng(3).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(paint).resize((960, 540), Image.Resampling.BICUBIC).save(path)
    shot = probe(path, path.name)
    films = set()
    for width in (480, 640, 480, 320, 480, 480):
        draft = draft_of([shot], seconds=1.5, width=width, height=width * 9 // 16 & ~1, fps=20)
        render_film(draft, {shot.id: path}, tmp_path / "x.mp4", RenderOptions())
        if width == 480:
            films.add((tmp_path / "x.mp4").read_bytes())
    assert len(films) == 1
