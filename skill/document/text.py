"""Bytes of a document into clean lines: encodings, mojibake, line ends."""

from __future__ import annotations

import codecs
import re

# What cp1252 shows for 0x80..0x9F; the five bytes it leaves undefined appear as C1 controls, as in latin-1.
_CP1252 = {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_BYTE_OF = {chr(byte): byte for byte in range(0x80, 0x100)} | _CP1252
_RUN = re.compile(f"[{re.escape(''.join(_BYTE_OF))}]{{2,}}")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """The document's text. Bytes that are no text in its encoding become U+FFFD; a byte-order mark is dropped."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    return data.decode("utf-8", errors="replace")


def split_lines(text: str) -> list[str]:
    r"""Lines of a text, split on \n alone: mojibake hides U+0085, which str.splitlines takes for a line end.

    A carriage return inside a line becomes a space; where there is no \n at all it ends the lines.
    """
    text = text.removeprefix("\ufeff")
    if "\r" not in text:
        return text.split("\n")
    if "\n" not in text:
        return text.split("\r")
    return [line.removesuffix("\r").replace("\r", " ") for line in text.split("\n")]


def repair(text: str) -> str:
    """UTF-8 that was once read as cp1252 or latin-1 becomes what it was, run by run; everything else stays.

    A file may be damaged in parts, even more than once, so each run of suspicious characters is tried on its own.
    """
    for _ in range(3):
        mended = _RUN.sub(lambda match: _mend(match[0]), text)
        if mended == text:
            break
        text = mended
    return text


def _mend(run: str) -> str:
    """One run with every UTF-8 sequence in it decoded, if the run holds convincing ones."""
    data = bytes(_BYTE_OF[char] for char in run)
    pieces: list[str] = []
    sure = found = at = 0
    while at < len(data):
        width = _width(data[at])
        try:
            piece = data[at : at + width].decode("utf-8") if width > 1 else ""
        except UnicodeDecodeError:
            piece = ""
        if piece:
            found += 1
            sure += width > 2 or data[at] in (0xC2, 0xC3)
        else:
            piece, width = run[at], 1
        pieces.append(piece)
        at += width
    # A lone two-byte sequence is more likely honest text ("CAFÉ…" is C9 85) than damage.
    return "".join(pieces) if sure or found > 1 else run


def _width(lead: int) -> int:
    """How many bytes the UTF-8 sequence with this lead byte has; 1 = no lead byte."""
    if 0xC2 <= lead <= 0xDF:
        return 2
    if 0xE0 <= lead <= 0xEF:
        return 3
    return 4 if 0xF0 <= lead <= 0xF4 else 1
