"""When a photo was taken, read from its EXIF block with nothing but the standard library.

JPEG, PNG, WebP and HEIC keep the same block in different wrappings; only the few kilobytes around it are read. What is
damaged, or says nothing, has no time. Source: EXIF 2.32, tags 0x9003, 0x9011 and 0x9291; ISO 14496-12 and 23008-12.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

_HEAD_BYTES = 64
_MOST_BYTES = 1 << 20
_DETAILS, _TAKEN, _ZONE, _FRACTION = 0x8769, 0x9003, 0x9011, 0x9291
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_WIDTHS = {0: "0s", 4: "I", 8: "Q"}


class Taken(NamedTuple):
    """local_s: by the clock on the wall, as seconds since 1970. ahead_s: of UTC, None where the photo does not say."""

    local_s: float
    ahead_s: float | None


def taken(path: Path) -> Taken | None:
    """When the photo was taken; None when it does not tell, or cannot be read."""
    try:
        with path.open("rb") as file:
            block = _block(file)
            return _taken(block) if block else None
    except (OSError, ValueError, struct.error, IndexError, OverflowError):
        return None


def _block(file: BinaryIO) -> bytes | None:
    """The EXIF block, from its byte-order mark on."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head.startswith(b"\xff\xd8"):
        return _of_jpeg(file)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        file.seek(8)
        return _chunk(file, ">", name_first=False, wanted=b"eXIf", after=4)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        file.seek(12)
        return _bare(_chunk(file, "<", name_first=True, wanted=b"EXIF", after=0))
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return _bare(_of_heic(file))
    return None


def _bare(block: bytes | None) -> bytes | None:
    return block.removeprefix(b"Exif\0\0") if block else None


def _of_jpeg(file: BinaryIO) -> bytes | None:
    file.seek(2)
    while (mark := file.read(4)) and mark[0] == 0xFF and mark[1] not in (0xD9, 0xDA):
        size = struct.unpack(">H", mark[2:])[0] - 2  # it counts itself
        if size < 0:
            return None
        if mark[1] == 0xE1:
            segment = file.read(size)
            if segment.startswith(b"Exif\0\0"):
                return segment[6:]
        else:
            file.seek(size, 1)
    return None


def _chunk(file: BinaryIO, order: str, *, name_first: bool, wanted: bytes, after: int) -> bytes | None:
    """The content of the first chunk of a name. after: bytes behind each content."""
    while len(mark := file.read(8)) == 8:
        name, size = (mark[:4], mark[4:]) if name_first else (mark[4:], mark[:4])
        length: int = struct.unpack(f"{order}I", size)[0]
        if name == wanted:
            return file.read(min(length, _MOST_BYTES))
        file.seek(length + after + (length % 2 if name_first else 0), 1)
    return None


def _of_heic(file: BinaryIO) -> bytes | None:
    meta = next((content for name, content in _boxes(file.read(_MOST_BYTES)) if name == b"meta"), None)
    if meta is None:
        return None
    inside = dict(_boxes(meta[4:]))
    item = _item(inside[b"iinf"]) if b"iinf" in inside else None
    if item is None:
        return None
    start, length = _place(inside.get(b"iloc", b""), item)
    file.seek(start)
    found = file.read(min(length, _MOST_BYTES))
    return found[4 + struct.unpack(">I", found[:4])[0] :] if found else None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield name, data[at + 8 : at + size]
        at += size


def _item(iinf: bytes) -> int | None:
    """The number of the item that is the EXIF block."""
    for name, entry in _boxes(iinf[6 if iinf[0] == 0 else 8 :]):
        if name == b"infe" and entry[0] >= 2:
            number, _, kind = struct.unpack_from(">HH4s" if entry[0] == 2 else ">IH4s", entry, 4)
            if kind == b"Exif":
                return int(number)
    return None


def _place(iloc: bytes, item: int) -> tuple[int, int]:
    """Where an item's bytes are: start and length. Raises struct.error, IndexError, ValueError."""
    version, sizes = iloc[0], struct.unpack_from(">H", iloc, 4)[0]
    offset, length, base = (_number(sizes >> shift & 15) for shift in (12, 8, 4))
    index = _number(sizes & 15) if version else _number(0)
    count = struct.unpack_from(">H" if version < 2 else ">I", iloc, 6)[0]
    at = 8 if version < 2 else 10
    head = f">{'H' if version < 2 else 'I'}{'H' if version else ''}H{base}H"
    extent = f">{index}{offset}{length}"
    for _ in range(count):
        fields = struct.unpack_from(head, iloc, at)
        at += struct.calcsize(head)
        if fields[0] == item and fields[-1]:
            _, start, size = struct.unpack_from(extent, iloc, at)
            return (fields[-2] or 0) + (start or 0), size or _MOST_BYTES  # no length: up to the end
        at += fields[-1] * struct.calcsize(extent)
    raise ValueError("the item has no place")


def _number(width: int) -> str:
    """How `struct` calls a number of so many bytes."""
    if width not in _WIDTHS:
        raise ValueError(f"no number has {width} bytes here")
    return _WIDTHS[width]


def _taken(block: bytes) -> Taken | None:
    order = {b"II": "<", b"MM": ">"}[block[:2]] if block[:2] in (b"II", b"MM") else ""
    if not order:
        return None
    first = _entries(block, order, struct.unpack_from(f"{order}I", block, 4)[0])
    if _DETAILS not in first:
        return None
    details = _entries(block, order, struct.unpack(f"{order}I", first[_DETAILS][1])[0])
    text, zone, fraction = (_text(block, order, details.get(tag)) for tag in (_TAKEN, _ZONE, _FRACTION))
    at = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    part = float(f"0.{fraction}") if fraction.isascii() and fraction.isdigit() else 0.0
    return Taken(at.timestamp() + part, _ahead(zone))


def _entries(block: bytes, order: str, at: int) -> dict[int, tuple[int, bytes]]:
    """One directory: each tag's count of values, and the four bytes that are the value or say where it is."""
    found = {}
    for number in range(struct.unpack_from(f"{order}H", block, at)[0]):
        tag, _, count, value = struct.unpack_from(f"{order}HHI4s", block, at + 2 + 12 * number)
        found[tag] = (count, value)
    return found


def _text(block: bytes, order: str, entry: tuple[int, bytes] | None) -> str:
    if entry is None:
        return ""
    count, value = entry
    if count > 4:
        at = struct.unpack(f"{order}I", value)[0]
        value = block[at : at + min(count, 64)]
    return value[:count].partition(b"\0")[0].decode("latin-1").strip()


def _ahead(zone: str) -> float | None:
    """Seconds ahead of UTC, from "+09:00"."""
    if zone == "Z":
        return 0.0
    if len(zone) != 6 or zone[0] not in "+-" or zone[3] != ":":
        return None
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])).total_seconds()
    return -ahead if zone[0] == "-" else ahead
