"""The chat stream as events: bytes, through httpx-sse, to what the backend says, does and reports.

The answer is the text of the complete events, in order, whoever their author; a live fragment counts only when the
event that repeats it never came; thoughts, calls and their results are never text. The only sign of success is a clean
end of the body. The events have the shape of Google's Agent Development Kit, read tolerantly.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

from .connection import httpx
from .errors import BackendUnreachable, ProtocolError
from .refusals import scrub

EVENT_CAP_BYTES = 16 * 2**20
_QUIET = frozenset({"", "heartbeat", "[DONE]", "{}", '"heartbeat"'})
_NO_CONTENT = "MODEL_RETURNED_NO_CONTENT"
_CUT = "MAX_TOKENS"
_REPORTS = frozenset({"errorCode", "error_code", "finishReason", "error", "code"})


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text of one complete model event, to be shown in order. partial: a live fragment that its full event repeats."""

    text: str
    partial: bool = False
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ToolActivity:
    """A tool call (done=False) or its result (done=True). failed: the result says so."""

    name: str
    done: bool
    failed: bool = False
    kind: Literal["tool"] = "tool"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The backend is alive and has nothing to say."""

    kind: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The body ended cleanly, or the backend reported a failure in the stream.

    text: the folded answer (fragments counted once). truncated: cut by length. silent: no visible text.
    error: the backend's own failure words, None when the run succeeded. code: its number, 0 where there is none.
    """

    text: str
    silent: bool
    truncated: bool = False
    error: str | None = None
    code: int = 0
    kind: Literal["end"] = "end"


StreamEvent = TextPart | ToolActivity | Heartbeat | StreamEnd
_ALIVE = (Heartbeat(),)


async def read_events(
    response: httpx.Response, *, cap_bytes: int = EVENT_CAP_BYTES, secret: str | None = None
) -> AsyncGenerator[StreamEvent]:
    """The events of a 200 answer of type text/event-stream; the last one is the StreamEnd.

    secret: the token in use, which no event tells although the backend may quote it.
    Raises BackendUnreachable (reached) when the body breaks off, ProtocolError when one event exceeds the cap.
    """
    from httpx_sse import EventSource  # noqa: PLC0415  # only a chat turn needs it

    fold = Fold(secret)
    seam = cast("httpx.Response", _Seam(response, cap_bytes))  # what EventSource reads of one
    try:
        async with aclosing(EventSource(seam).aiter_sse()) as events:
            async for sse in events:
                for event in fold.feed(sse.data):
                    yield event
    except httpx.HTTPError as exc:
        raise BackendUnreachable(0, "send", f"the stream broke off: {type(exc).__name__}") from exc
    for event in fold.close():
        yield event


class _Seam:
    """The body as the decoder should see it: UTF-8 whatever it is called, no BOM, LF line ends at once, no event
    above the cap.

    Nothing stands between it and the connection that need not: a stream that waits keeps every step of its way.
    """

    headers: ClassVar = {"content-type": "text/event-stream"}

    def __init__(self, response: httpx.Response, cap_bytes: int) -> None:
        self._response = response
        self._lines = LineEnds(cap_bytes)

    async def aiter_text(self) -> AsyncIterator[str]:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        async for chunk in self._bytes():
            if text := decode(self._lines.feed(chunk)):
                yield text
        if text := decode(b"", final=True):
            yield text

    def _bytes(self) -> AsyncIterator[bytes]:
        stream = self._response.stream
        if "content-encoding" in self._response.headers or not isinstance(stream, httpx.AsyncByteStream):
            return self._response.aiter_bytes()
        return aiter(stream)


class LineEnds:
    """Turns CRLF and lone CR into LF without waiting for the next chunk, drops a BOM, and counts bytes per event."""

    def __init__(self, cap_bytes: int = EVENT_CAP_BYTES) -> None:
        self._cap_bytes = cap_bytes
        self._start = b""
        self._started = False
        self._after_cr = False
        self._pending_bytes = 0
        self._at_line_start = False

    def feed(self, chunk: bytes) -> bytes:
        """The chunk, cleaned. Raises ProtocolError when an event grows beyond the cap."""
        if not self._started:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            chunk = chunk[chunk.startswith(b"\n") :]
            self._after_cr = False
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if chunk:
            self._count(chunk)
        return chunk

    def _without_bom(self, chunk: bytes) -> bytes:
        self._start += chunk
        if len(self._start) < 3 and b"\xef\xbb\xbf".startswith(self._start):
            return b""
        self._started = True
        return self._start.removeprefix(b"\xef\xbb\xbf")

    def _count(self, chunk: bytes) -> None:
        """Bytes since the last blank line, the chunk's first event included."""
        if self._at_line_start and chunk.startswith(b"\n"):
            first_end, last_end = 0, chunk.rfind(b"\n\n")
            last_end = last_end + 2 if last_end >= 0 else 1
        else:
            first_end, last_end = chunk.find(b"\n\n"), chunk.rfind(b"\n\n") + 2
        largest = self._pending_bytes + (first_end if first_end >= 0 else len(chunk))
        if first_end >= 0:
            self._pending_bytes = len(chunk) - last_end
            if len(chunk) > self._cap_bytes:
                largest = max(largest, *(len(event) for event in chunk.split(b"\n\n")))
        else:
            self._pending_bytes += len(chunk)
        if largest > self._cap_bytes:
            raise ProtocolError(0, "send", f"one event of the stream is larger than {self._cap_bytes} bytes")
        self._at_line_start = chunk.endswith(b"\n")


@dataclass(slots=True)
class Fold:
    """The stream's state: feed it the data of each event, close it at the clean end of the body."""

    secret: str | None = None
    _answer: list[str] = field(default_factory=list)
    _visible: bool = False
    _fragments: dict[str, list[str]] = field(default_factory=dict)
    _held: str = ""
    _truncated: bool = False
    _error: str | None = None
    _code: int = 0

    def feed(self, data: str) -> tuple[StreamEvent, ...]:
        """What one event says, at least that the backend is alive."""
        if len(data) < 20 and data.strip() in _QUIET:
            return _ALIVE
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            if data.lstrip().startswith('{"error"'):
                self._fail(_broken_error(data))
            return _ALIVE
        if not isinstance(event, dict):
            return _ALIVE
        parts = _parts(event)
        text = _text(parts) if event.get("author") != "user" else ""
        if self.secret and self.secret in text:
            text = text.replace(self.secret, "…")
        said = self._say(text, event) if text else ()
        if not _REPORTS.isdisjoint(event):
            self._note_failure(event, bool(text))
        tools = () if event.get("partial") is True else tuple(_tools(parts))
        return (*said, *tools) or _ALIVE

    def close(self) -> tuple[StreamEvent, ...]:
        """What was held back, if it belongs to the answer, and the end."""
        said: tuple[StreamEvent, ...] = ()
        if self._held and not self._visible:
            said = (self._tell(self._held),)
        for fragments in self._fragments.values():
            self._add("".join(fragments))
            self._truncated = True
        silent = not self._visible
        end = StreamEnd("".join(self._answer), silent, self._truncated and not silent, self._error, self._code)
        return (*said, end)

    def _say(self, text: str, event: Mapping[str, Any]) -> tuple[StreamEvent, ...]:
        if event.get("partial") is True:
            self._fragments.setdefault(_author(event), []).append(text)
            return (TextPart(text, partial=True),)
        if self._fragments:
            self._fragments.pop(_author(event), None)
        held, self._held = self._held, ""
        before = [self._tell(held)] if held else []
        noise_at = _noise_at(text)
        text, self._held = text[:noise_at], text[noise_at:]
        return (*before, self._tell(text)) if text.strip() else tuple(before)

    def _tell(self, text: str) -> TextPart:
        self._add(text)
        return TextPart(text)

    def _add(self, text: str) -> None:
        self._answer += (joint(self._answer[-1] if self._answer else "", text), text)
        self._visible = self._visible or not text.isspace()

    def _note_failure(self, event: Mapping[str, Any], has_text: bool) -> None:
        failure = event.get("errorCode") or event.get("error_code")
        if failure == _NO_CONTENT:
            return
        if event.get("finishReason") == _CUT or (failure and has_text):
            self._truncated = True
        if failure and not has_text:
            self._fail(str(event.get("errorMessage") or event.get("error_message") or failure))
        if error := event.get("error"):
            self._fail(error if isinstance(error, str) else json.dumps(error, ensure_ascii=False))
        code = event.get("code")
        if isinstance(code, int) and code not in (0, 200) and "content" not in event:
            self._code = self._code or code
            self._fail(str(event.get("message") or event.get("msg") or event.get("detail") or code))

    def _fail(self, words: str) -> None:
        """The first report counts; servers repeat it in other shapes."""
        self._error = self._error or scrub(words, self.secret)[:500] or "unknown"


def joint(before: str, after: str) -> str:
    """What stands between two texts of an answer: a blank line after a finished sentence, else nothing."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    return "\n\n" if before[-1] in ".!?:…。！？：)]”\"'`*✅🎬🎉" else ""


def _author(event: Mapping[str, Any]) -> str:
    return f"{event.get('author')} {event.get('branch')}"


def _parts(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = event.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _text(parts: list[Mapping[str, Any]]) -> str:
    """The visible text of one event; a lone surrogate, which no terminal can print, becomes U+FFFD."""
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str) and not part.get("thought")]
    text = texts[0] if len(texts) == 1 else "".join(texts)
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tools(parts: list[Mapping[str, Any]]) -> list[ToolActivity]:
    found = []
    for part in parts:
        if isinstance(call := part.get("functionCall"), dict):
            found.append(ToolActivity(str(call.get("name") or ""), done=False))
        if isinstance(result := part.get("functionResponse"), dict):
            found.append(ToolActivity(str(result.get("name") or ""), done=True, failed=_failed(result.get("response"))))
    return found


def _failed(response: object) -> bool:
    if not isinstance(response, dict):
        return False
    return bool(response.get("error")) or response.get("status") in ("error", "failed")


def _broken_error(data: str) -> str:
    """The words of a failure report whose JSON was put together by hand."""
    return (
        data.lstrip().removeprefix('{"error"').lstrip(": ").removeprefix('"').rstrip().removesuffix('"}') or "unknown"
    )


def _noise_at(text: str) -> int:
    """Where a backend's afterthought about itself begins: it is no part of an answer that is otherwise good."""
    marks, noise = _noise()
    folded = text.lower()
    found = noise.search(text) if any(mark in folded for mark in marks) else None
    return found.start() if found else len(text)


@cache
def _noise() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Words of which every afterthought holds one (a quick look first), and the afterthoughts at a text's end."""
    data = json.loads((Path(__file__).parent / "compiled" / "noise.json").read_text(encoding="utf-8"))
    phrases = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in data["afterthoughts"])
    return tuple(data["marks"]), re.compile(rf"(?:^|(?<=[.!?。！？\n]))\s*(?:{phrases}).{{0,300}}\Z", re.I | re.S)
