"""Stand-ins for a user's files: the first bytes by which each kind is known; a scripted backend looks no further."""

from __future__ import annotations

import base64

_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "m4v": "mp4", "qt": "mov", "heif": "heic", "hif": "heic"}
# the one kind that is really read on this machine: a teal square of 16 px, made with pillow-heif
_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAA"
    "AAAERAAAEAAQAAAAABoAABAAAAAAAAACYAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAA"
    "AADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkA"
    "AAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAA"
    "AChjbGFwAAAAEAAAAAEAAAAQAAAAAf///9AAAAAC////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAALm"
    "1kYXQAAAAiKAGvBRITTOD6ulI7n9I829fZX7PlQKzvFvyglVoQkfFbQA=="
)
_HEADS = {
    "jpg": bytes.fromhex("ffd8ffe000104a46494600010101004800480000ffdb"),
    "png": bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"),
    "gif": b"GIF89a\x01\x00\x01\x00",
    "webp": b"RIFF\x1a\x00\x00\x00WEBPVP8L",
    "heic": _HEIC,
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "m4a": b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2",
    "aac": b"\xff\xf1\x50\x80\x00\x1f\xfc",
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2",
    "mov": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ",
    "avi": b"RIFF\x24\x00\x00\x00AVI LIST",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01",
    "mkv": b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01",
}
KINDS = tuple(_HEADS)


def sample(kind: str, name: str) -> bytes:
    """The beginning of a file of that kind (an extension), and its name, so that no two are the same."""
    kind = kind.lower()
    kind = _SAME.get(kind, kind)
    ending = name.encode()
    if kind == "heic":  # its readers want the name in a box of its own
        ending = (8 + len(ending)).to_bytes(4, "big") + b"free" + ending
    return _HEADS.get(kind, b"sample ") + ending
