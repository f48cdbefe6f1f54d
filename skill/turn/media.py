"""What a file really is, before a byte of it is sent: its extension, its first bytes, its size.

Source of the formats and the size limit: SKILL.md, "Supported formats".
"""

from __future__ import annotations

import errno
import hashlib
import stat
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from ..value import value
from .neutral import safe_name

_HEAD_BYTES = 64
_MEGABYTE = 2**20
_MOST_PIXELS = 250_000_000
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "heif": "heic", "hif": "heic", "m4v": "mp4", "qt": "mov"}

# (offset, bytes, formats whose files begin like that)
_SIGNATURES: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (0, b"\xff\xd8\xff", ("jpg",)),
    (0, b"\x89PNG\r\n\x1a\n", ("png",)),
    (0, b"GIF87a", ("gif",)),
    (0, b"GIF89a", ("gif",)),
    (8, b"WEBP", ("webp",)),
    (8, b"AVI ", ("avi",)),
    (8, b"WAVE", ("wav",)),
    (0, b"\x1a\x45\xdf\xa3", ("webm", "mkv")),
    (4, b"ftyphei", ("heic",)),
    (4, b"ftyphev", ("heic",)),
    (4, b"ftypmif1", ("heic",)),
    (4, b"ftypmsf1", ("heic",)),
    (4, b"ftypM4A", ("m4a", "mp4")),
    (4, b"ftypqt", ("mov", "mp4")),
    (4, b"ftyp", ("mp4", "mov", "m4a")),
    (4, b"moov", ("mov", "mp4")),
    (4, b"mdat", ("mov", "mp4")),
    (4, b"wide", ("mov", "mp4")),
    (4, b"free", ("mov", "mp4")),
    (0, b"ID3", ("mp3", "aac")),
    (0, b"\xff\xfb", ("mp3",)),
    (0, b"\xff\xf3", ("mp3",)),
    (0, b"\xff\xf2", ("mp3",)),
    (0, b"\xff\xfa", ("mp3",)),
    (0, b"\xff\xf1", ("aac",)),
    (0, b"\xff\xf9", ("aac",)),
    (0, b"ADIF", ("aac",)),
)
_MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
}


@value
class MediaFile:
    """A file that may be sent. name: one that any backend takes. format: one of the plan's. digest: its sha256."""

    path: Path
    name: str
    format: str
    bytes: int
    digest: str

    @property
    def media_type(self) -> str:
        return media_type(self.format)


@value
class BadFile:
    """A file that may not. reason: the message `reason_<reason>`, filled in with `facts`."""

    name: str
    reason: str
    facts: dict[str, object] = field(default_factory=dict)


def media_type(format: str) -> str:
    """The MIME type of one of our formats."""
    return _MEDIA_TYPES.get(format, "application/octet-stream")


def format_of(path: Path, formats: Sequence[str] | None, max_bytes: int | None = None) -> str | BadFile:
    """The format of a file that may be sent: readable, accepted by its content, not too large; only its head is read.

    HEIC counts as accepted. formats None: whatever it holds, "" is said.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return BadFile(safe_name(path.name), "folder")
        if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
            return BadFile(safe_name(path.name), "special")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except PermissionError:
        return BadFile(safe_name(path.name), "unreadable")
    except (OSError, ValueError) as error:  # what cannot be a name at all is no file either
        loops = isinstance(error, OSError) and error.errno == errno.ELOOP
        return BadFile(safe_name(path.name), "loop" if loops else "missing")
    if not head:
        return BadFile(safe_name(path.name), "empty")
    format = _format(path, head, formats) if formats is not None else ""
    if not isinstance(format, BadFile) and max_bytes is not None and found.st_size > max_bytes:
        return _too_large(path, found.st_size, max_bytes)
    return format


def examine(path: Path, formats: Sequence[str], max_bytes: int | None) -> MediaFile | BadFile:
    """A file that may be sent, with the digest of all its bytes."""
    format = format_of(path, formats, max_bytes)
    if isinstance(format, BadFile):
        return format
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return MediaFile(path, safe_name(path.name), format, file.tell(), digest)
    except OSError:
        return BadFile(safe_name(path.name), "unreadable")


def _format(path: Path, head: bytes, formats: Sequence[str]) -> str | BadFile:
    extension = path.suffix.lower().lstrip(".")
    named = _SAME.get(extension, extension)
    accepted = {_SAME.get(known, known) for known in formats} | {"heic"}
    possible = next((found for at, mark, found in _SIGNATURES if head[at : at + len(mark)] == mark), ())
    content = [found for found in possible if found in accepted]
    if content:
        pixels = _png_size(head) if content[0] == "png" else None
        if pixels and pixels[0] * pixels[1] > _MOST_PIXELS:
            return BadFile(safe_name(path.name), "pixels", {"width": pixels[0], "height": pixels[1]})
        return named if named in content else content[0]
    if named in accepted and not possible:
        return BadFile(safe_name(path.name), "content", {"extension": extension})
    if not extension:
        return BadFile(safe_name(path.name), "no_extension")
    return BadFile(safe_name(path.name), "format", {"extension": extension})


def _png_size(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _too_large(path: Path, size: int, limit: int) -> BadFile:
    facts: dict[str, object] = {"size": f"{size / _MEGABYTE:.0f}", "limit": f"{limit / _MEGABYTE:.0f}"}
    return BadFile(safe_name(path.name), "too_large", facts)


def for_backend(file: MediaFile, backend: str, folder: Path) -> MediaFile | BadFile:
    """The file as it is sent: HEIC becomes JPEG (written to `folder`) unless this machine's own engine takes it."""
    return heic_to_jpeg(file, folder) if file.format == "heic" and backend != "local" else file


def heic_to_jpeg(file: MediaFile, folder: Path) -> MediaFile | BadFile:
    """A JPEG of a HEIC photo, upright, for a backend that takes no HEIC."""
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415 - large, and needed for this one format
        from pillow_heif import register_heif_opener  # noqa: PLC0415
    except ImportError:
        return BadFile(file.name, "heic")
    register_heif_opener()
    target = folder / f"{file.digest[:16]}.jpg"
    try:
        with Image.open(file.path) as photo:
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            upright.save(target, quality=95, icc_profile=photo.info.get("icc_profile"))
    except (OSError, ValueError):
        return BadFile(file.name, "content", {"extension": "heic"})
    return MediaFile(target, f"{Path(file.name).stem}.jpg", "jpg", target.stat().st_size, file.digest)
