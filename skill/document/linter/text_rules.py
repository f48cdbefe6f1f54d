"""Rules about the file itself: encoding, line ends, what no editor shows."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from ..plan import Finding
from .subject import Subject

TRAILING = re.compile(r"(?<=\S)(?: |[ \t]{3,}|\t+)$|^[ \t]+$")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")
# Directions, tags and other marks that make a text read differently from what it says (CVE-2021-42574).
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_WORDY = re.compile(r"\w+(?:\W+\w+){3,}")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about bytes and characters."""
    if subject.data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield _of("byte-order-mark", 1, "The file begins with a byte-order mark.")
    if b"\r" in subject.data:
        yield _of("carriage-returns", None, f"{subject.data.count(bytes([13]))} lines end with a carriage return.")
    lines = [line.removesuffix("\r") for line in subject.raw.split("\n")]
    spaced = [number for number, line in enumerate(lines, 1) if TRAILING.search(line[-400:])]
    if spaced:
        yield _of("trailing-space", spaced[0], f"{len(spaced)} lines end with spaces; this is the first.")
    for number, line in enumerate(lines, 1):
        if (number > 1 or not line.startswith("\ufeff")) and CONTROL.search(line):
            yield _of("control-characters", number, "Characters that no editor shows stand here.")
            break
    if subject.raw and not subject.raw.endswith("\n"):
        yield _of("no-final-newline", len(lines), "The last line has no end.")
    yield from _hidden(subject.raw)
    yield from _open_fence(lines)


def _hidden(raw: str) -> Iterator[Finding]:
    mark = _BIDI.search(raw)
    if mark:
        line = raw.count("\n", 0, mark.start()) + 1
        yield _of("hidden-text", line, "An invisible mark changes how this line reads.")
    for comment in _COMMENT.finditer(raw):
        if _WORDY.search(comment[1]):
            line = raw.count("\n", 0, comment.start()) + 1
            yield _of("hidden-text", line, "A comment holds sentences that a reader of the page never sees.")
            return


def _open_fence(lines: list[str]) -> Iterator[Finding]:
    marker, opened = "", 0
    for number, line in enumerate(lines, 1):
        match = re.match(r"\s*(`{3,}|~{3,})(.*)$", line[:400])
        if not match:
            continue
        if not marker:
            marker, opened = (match[1], number) if "`" not in match[2] else ("", 0)
        elif match[1].startswith(marker) and not match[2].strip():
            marker = ""
    if marker:
        yield _of("unclosed-fence", opened, "This code fence is never closed.")


def _of(rule: str, line: int | None, message: str) -> Finding:
    return Finding(rule, "info", line, message)
