"""What an uploaded file is, from its content and not its name."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import av
from PIL import Image

from ..model import Media, MediaKind
from .errors import UnsupportedMedia
from .opening import MAX_PIXELS, open_image

_TURNED = frozenset({5, 6, 7, 8})
_EXIF_IFD, _ORIENTATION, _TAKEN, _TAKEN_OFFSET = 0x8769, 0x0112, 0x9003, 0x9011
_MOST_TO_DECODE = 40_000_000  # pixels; larger files, JPEGs apart, are trusted on their header


def probe(path: Path, name: str) -> Media:
    """Look into one file. name: as the user called it, used in messages only.

    Raises UnsupportedMedia with one sentence for the user; OSError when the file cannot be opened at all.
    """
    if path.stat().st_size == 0:
        raise UnsupportedMedia(f"{name} is empty (0 bytes). Please send it again.")
    media = _image(path, name) or _stream(path, name)
    if media is None:
        raise UnsupportedMedia(f"{name} is not a picture, video or sound that can be read. Please send another file.")
    return media


def kind_of(path: Path) -> MediaKind | None:
    """image, video or audio, by content; None when it is none of them. Raises OSError when there is no such file."""
    try:
        with open_image(path):
            return "image"
    except (Image.DecompressionBombError, SyntaxError):
        return None
    except OSError:
        if not path.is_file():
            raise
    stream = _stream(path, path.name)
    return stream.kind if stream else None


def _image(path: Path, name: str) -> Media | None:
    try:
        with open_image(path) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise UnsupportedMedia(_too_large(name, f"{width:,} × {height:,}"))
            _decode_once(image, name)
            exif = image.getexif() if width * height <= _MOST_TO_DECODE or image.format == "JPEG" else Image.Exif()
            if exif.get(_ORIENTATION) in _TURNED:
                width, height = height, width
            taken = _captured_at(exif)
    except Image.DecompressionBombError as exc:
        raise UnsupportedMedia(_too_large(name, "its header")) from exc
    except (OSError, SyntaxError, ValueError):
        return None
    return Media(_sha256(path), name, "image", width, height, captured_at=taken)


def _decode_once(image: Image.Image, name: str) -> None:
    """Find out now, not during the export, that a picture was cut off on its way."""
    if image.format == "JPEG":
        image.draft(None, (image.width // 8, image.height // 8))
    elif image.width * image.height > _MOST_TO_DECODE:
        return
    try:
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as exc:
        raise UnsupportedMedia(f"{name} is damaged or was cut off. Please send it again.") from exc


def _captured_at(exif: Image.Exif) -> float | None:
    """When the photo was taken; a time without an offset counts as UTC, which keeps the order within one camera."""
    details = exif.get_ifd(_EXIF_IFD)
    text = str(details.get(_TAKEN, "")).strip("\0 ")
    offset = str(details.get(_TAKEN_OFFSET, "")).strip("\0 ")
    try:
        if offset:
            return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z").timestamp()
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _stream(path: Path, name: str) -> Media | None:
    """A video or a sound, as FFmpeg sees it."""
    try:
        with av.open(str(path)) as container:
            duration = round(container.duration / 1000) if container.duration else None
            moving = [stream for stream in container.streams.video if not _is_cover(stream)]
            if moving and not _is_still(container.format.name):
                frame = next(container.decode(moving[0]))
                turned = abs(frame.rotation) % 180 == 90
                width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
                return Media(_sha256(path), name, "video", width, height, duration_ms=duration)
            if container.streams.audio:
                next(container.decode(container.streams.audio[0]))
                return Media(_sha256(path), name, "audio", duration_ms=duration)
    except (av.FFmpegError, StopIteration):
        return None
    return None


def _is_cover(stream: av.VideoStream) -> bool:
    """Whether a video stream is only a song's cover picture."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _is_still(format_name: str) -> bool:
    """Formats in which FFmpeg reads text and broken pictures as one-frame videos."""
    return format_name.endswith("_pipe") or format_name in ("image2", "tty", "lrc")


def _too_large(name: str, size: str) -> str:
    return f"{name} claims to be larger than a photo can be ({size} pixels). Please send one below 178 megapixels."


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
