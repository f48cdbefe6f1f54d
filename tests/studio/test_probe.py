"""What an upload is, told from its content; what is refused, and in which words."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from studio.model import RenderOptions
from studio.render import RenderError, UnsupportedMedia, draft_of, probe, render_film, render_still


def seen(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The colour in the middle of a film of this picture alone."""
    shot = probe(path, path.name)
    draft = draft_of([shot], seconds=0.2, width=64, height=64, fps=10, motion="none")
    return np.asarray(render_still(draft, {shot.id: path}, RenderOptions(), at_ms=0))[32, 32].astype(np.int64)


def refusal(path: Path) -> str:
    with pytest.raises(UnsupportedMedia) as refused:
        probe(path, "holiday.jpg")
    assert refused.value.reason.startswith("holiday.jpg ") and refused.value.reason.endswith(".")
    return refused.value.reason


def test_a_phone_photo_tells_size_as_shown_and_when_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    exif.get_ifd(0x8769)[0x9003] = "2024:07:14 18:30:05"
    exif.get_ifd(0x8769)[0x9011] = "+02:00"
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "IMG_1.JPG", exif=exif)
    media = probe(tmp_path / "IMG_1.JPG", "IMG_1.JPG")
    assert (media.kind, media.width, media.height, media.name) == ("image", 300, 400, "IMG_1.JPG")
    assert media.captured_at == datetime(2024, 7, 14, 16, 30, 5, tzinfo=UTC).timestamp()
    assert len(media.id) == 64 and media.duration_ms is None


def test_heic_is_a_picture_like_any_other(tmp_path: Path) -> None:
    pillow_heif.from_pillow(Image.new("RGB", (320, 240), (200, 60, 40))).save(tmp_path / "a.heic")
    media = probe(tmp_path / "a.heic", "a.heic")
    assert (media.kind, media.width, media.height) == ("image", 320, 240)
    assert np.abs(seen(tmp_path / "a.heic") - (200, 60, 40)).max() < 8


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16", "1"])
def test_every_kind_of_pixel_becomes_the_colour_it_means(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        Image.fromarray(np.full((60, 60), 128 * 257, np.uint16)).save(tmp_path / "a.png")
        assert np.abs(seen(tmp_path / "a.png") - 128).max() < 4
    elif mode == "RGBA":
        Image.new("RGBA", (60, 60), (255, 0, 0, 0)).save(tmp_path / "a.png")
        assert seen(tmp_path / "a.png").min() > 250  # what is transparent lies on white
    elif mode == "CMYK":
        Image.new("RGB", (60, 60), (200, 80, 40)).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
        assert np.abs(seen(tmp_path / "a.jpg") - (200, 80, 40)).max() < 8
    else:
        Image.new("RGB", (60, 60), "white").convert(mode).save(tmp_path / "a.png")
        assert seen(tmp_path / "a.png").min() > 250


def test_a_wide_gamut_profile_is_converted(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(lab.replace(b"sRGB", b"test").replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be")))
    red, green = swapped.index(b"rXYZ", 128), swapped.index(b"gXYZ", 128)
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"  # a profile whose red is our green
    Image.new("RGB", (60, 60), (230, 0, 0)).save(tmp_path / "a.jpg", icc_profile=bytes(swapped), quality=95)
    red_seen, green_seen, _ = seen(tmp_path / "a.jpg")
    assert green_seen > 200 and red_seen < 40


def test_an_animation_gives_its_first_picture(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (60, 60), (200, 0, 0)), Image.new("RGB", (60, 60), (0, 0, 200))
    for name in ("a.gif", "a.webp"):
        first.save(tmp_path / name, save_all=True, append_images=[second])
        assert probe(tmp_path / name, name).kind == "image"
        assert seen(tmp_path / name)[0] > 180


def test_sound_and_clips_are_known_by_content(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "tune"), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with av.open(str(tmp_path / "clip"), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for index in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * index, np.uint8), format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 10)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
    sound, clip = probe(tmp_path / "tune", "tune.wav"), probe(tmp_path / "clip", "clip.mov")
    assert (sound.kind, sound.duration_ms) == ("audio", 500)
    assert (clip.kind, clip.width, clip.height, clip.duration_ms) == ("video", 64, 48, 1000)


def test_text_called_jpg_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("Dear all, this is not a photo.\n" * 40)
    assert "not a picture" in refusal(tmp_path / "a.jpg")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    assert "empty" in refusal(tmp_path / "a.jpg")


def test_a_photo_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 400, 3), np.uint8)
    for suffix in ("jpg", "png"):
        Image.fromarray(noise).save(tmp_path / f"a.{suffix}")
        data = (tmp_path / f"a.{suffix}").read_bytes()
        (tmp_path / f"a.{suffix}").write_bytes(data[: len(data) // 2])
        assert "cut off" in refusal(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("side", [14_000, 30_000])
def test_a_header_that_claims_a_giant_is_refused_without_decoding(tmp_path: Path, side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )
    (tmp_path / "a.png").write_bytes(png)
    assert "larger than a photo" in refusal(tmp_path / "a.png")


def test_a_photo_that_decays_after_its_upload_stops_the_film_with_a_sentence(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 400, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    shot = probe(tmp_path / "a.png", "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
    draft = draft_of([shot], seconds=0.5, width=64, height=64, fps=10)
    with pytest.raises(RenderError, match=r"a\.png cannot be read .* Remove it or send it again"):
        render_film(draft, {shot.id: tmp_path / "a.png"}, tmp_path / "x.mp4", RenderOptions())
