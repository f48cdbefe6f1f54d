"""The chat stream, from bytes to events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import BackendUnreachable, Heartbeat, ProtocolError, StreamEnd, StreamEvent, TextPart, ToolActivity, joint
from api.stream import LineEnds, read_events

ALIVE = Heartbeat()


class Body(httpx.AsyncByteStream):
    def __init__(self, chunks: Sequence[bytes], failure: Exception | None = None) -> None:
        self.chunks = chunks
        self.failure = failure

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.failure is not None:
            raise self.failure


def events_of(*chunks: bytes, cap_bytes: int = 2**20, headers: dict[str, str] | None = None) -> list[StreamEvent]:
    async def collect() -> list[StreamEvent]:
        response = httpx.Response(200, headers=headers or {}, stream=Body(chunks))
        return [event async for event in read_events(response, cap_bytes=cap_bytes)]

    return anyio.run(collect)


def sse(*events: object) -> bytes:
    return b"".join(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n" for event in events)


def said(text: str, **more: object) -> dict[str, object]:
    return {"content": {"parts": [{"text": text}], "role": "model"}, "author": "nemo_agent", **more}


def called(name: str, **more: object) -> dict[str, object]:
    return {"content": {"parts": [{"functionCall": {"id": "adk-1", "args": {}, "name": name}}]}, **more}


def returned(name: str, response: object) -> dict[str, object]:
    part = {"functionResponse": {"id": "adk-1", "name": name, "response": response}}
    return {"content": {"parts": [part], "role": "user"}, "author": "nemo_agent"}


def ended(text: str = "", **more: object) -> StreamEnd:
    return StreamEnd(text, silent=not text.strip(), **more)  # type: ignore[arg-type]  # the fields of StreamEnd


NO_CONTENT = {
    "errorCode": "MODEL_RETURNED_NO_CONTENT",
    "errorMessage": "The model returned no content",
    "finishReason": "STOP",
}

# one row: what the backend does, its bytes, the events, the end
TURNS: list[tuple[str, bytes, list[StreamEvent], StreamEnd]] = [
    ("nothing at all", b"", [], ended()),
    ("a reply", sse(said("Hello!", finishReason="STOP")), [TextPart("Hello!")], ended("Hello!")),
    (
        "text and a call in one event, more text after the tool",
        sse(
            {
                "content": {"parts": [{"text": "Let me add that clip."}, {"functionCall": {"name": "add_segment"}}]},
                "finishReason": "STOP",
            },
            returned("add_segment", {"status": "success"}),
            said("Added.", author="another_agent"),
        ),
        [
            TextPart("Let me add that clip."),
            ToolActivity("add_segment", done=False),
            ToolActivity("add_segment", done=True),
            TextPart("Added."),
        ],
        ended("Let me add that clip.\n\nAdded."),
    ),
    (
        "several text parts around a thought",
        sse({"content": {"parts": [{"text": "First."}, {"text": "SECRET", "thought": True}, {"text": "\n\nSecond."}]}}),
        [TextPart("First.\n\nSecond.")],
        ended("First.\n\nSecond."),
    ),
    (
        "fragments and the event that repeats them, each with an id of its own",
        sse(
            said("I have ", partial=True, id="1"),
            said("added it.", partial=True, id="2", finishReason="STOP"),
            said("I have added it.", partial=False, id="3", finishReason="STOP"),
        ),
        [TextPart("I have ", partial=True), TextPart("added it.", partial=True), TextPart("I have added it.")],
        ended("I have added it."),
    ),
    (
        "fragments that nothing completes",
        sse(said("I have ", partial=True), said("added", partial=True)),
        [TextPart("I have ", partial=True), TextPart("added", partial=True)],
        ended("I have added", truncated=True),
    ),
    (
        "calls under streaming come twice and count once",
        sse(called("cut", partial=True), called("cut", partial=False), returned("cut", {})),
        [ALIVE, ToolActivity("cut", done=False), ToolActivity("cut", done=True)],
        ended(),
    ),
    (
        "a tool that fails softly",
        sse(returned("cut", {"status": "error", "error": "no clip"}), said("Sorry.")),
        [ToolActivity("cut", done=True, failed=True), TextPart("Sorry.")],
        ended("Sorry."),
    ),
    ("silence after an edit", sse(returned("cut", {}), NO_CONTENT), [ToolActivity("cut", done=True), ALIVE], ended()),
    ("a newline for an answer", sse(said("\n") | NO_CONTENT), [ALIVE], ended()),
    (
        "a thought for an answer",
        sse({"content": {"parts": [{"text": "hm", "thought": True}]}} | NO_CONTENT),
        [ALIVE],
        ended(),
    ),
    ("a state change alone", sse({"actions": {"stateDelta": {"draft": {}}}, "id": "1"}), [ALIVE], ended()),
    (
        "base64 and code stay inside",
        sse({"content": {"parts": [{"inlineData": {"data": "_-8"}}, {"executableCode": {"code": "x"}}]}}),
        [ALIVE],
        ended(),
    ),
    ("history of the user", sse(said("make it longer", author="user")), [ALIVE], ended()),
    (
        "a refusal of the model",
        sse({"errorCode": "SAFETY", "errorMessage": "Blocked by safety filters", "finishReason": "SAFETY"}),
        [ALIVE],
        ended(error="Blocked by safety filters"),
    ),
    (
        "cut by length, without an error code",
        sse(said("Once upon", finishReason="MAX_TOKENS")),
        [TextPart("Once upon")],
        ended("Once upon", truncated=True),
    ),
    (
        "cut by length, with one",
        sse(said("Once upon", errorCode="MAX_TOKENS")),
        [TextPart("Once upon")],
        ended("Once upon", truncated=True),
    ),
    (
        "an exception, told twice",
        sse(
            {"errorCode": "RuntimeError", "errorMessage": "model backend unavailable", "invocationId": "e-1"},
            {"error": "RuntimeError: model backend unavailable", "error_details": {"error_type": "RuntimeError"}},
        ),
        [ALIVE, ALIVE],
        ended(error="model backend unavailable"),
    ),
    (
        "an edit, then an exception",
        sse(said("Added."), {"error": "boom"}),
        [TextPart("Added."), ALIVE],
        ended("Added.", error="boom"),
    ),
    (
        "an exception pasted into JSON",
        b'data: {"error": "bad "draft" field\nline two: {"x": 1}"}\n\n',
        [ALIVE],
        ended(error='bad "draft" field'),
    ),
    (
        "a number in the stream",
        sse({"code": 2001, "message": "no credits"}),
        [ALIVE],
        ended(error="no credits", code=2001),
    ),
    (
        "an afterthought about itself is dropped after good text",
        sse(said("Added."), said("I encountered a temporary issue. Please try again.")),
        [TextPart("Added."), ALIVE],
        ended("Added."),
    ),
    (
        "the same at the end of one text",
        sse(said("已添加标题。抱歉，我遇到了临时问题，请重试。")),
        [TextPart("已添加标题。")],
        ended("已添加标题。"),
    ),
    (
        "and is shown when it is all there is",
        sse(said("I encountered a temporary issue.")),
        [ALIVE, TextPart("I encountered a temporary issue.")],
        ended("I encountered a temporary issue."),
    ),
    (
        "and stays where the answer goes on",
        sse(said("I encountered a temporary issue with clip 2."), said("It is fixed.")),
        [ALIVE, TextPart("I encountered a temporary issue with clip 2."), TextPart("It is fixed.")],
        ended("I encountered a temporary issue with clip 2.\n\nIt is fixed."),
    ),
]

ODD_PARTS = sse({"content": {"parts": "x"}}, {"content": [1]}, {"content": {"parts": [1, {"text": 5}]}})

# one row: a peculiarity of the transport, its bytes, the text that must come out
VECTORS: list[tuple[str, bytes, str]] = [
    ("U+2028, U+2029, U+0085 and VT inside JSON", sse(said("a\u2028b\u2029c\u0085d")), "a\u2028b\u2029c\u0085d"),
    ("CRLF", sse(said("Hi.")).replace(b"\n", b"\r\n"), "Hi."),
    ("lone CR", sse(said("Hi.")).replace(b"\n", b"\r"), "Hi."),
    ("a BOM", b"\xef\xbb\xbf" + sse(said("Hi.")), "Hi."),
    ("no space after the colon", sse(said("Hi.")).replace(b"data: ", b"data:"), "Hi."),
    ("data over two lines", b'data: {"content":{"parts":[\ndata: {"text":"Hi."}]}}\n\n', "Hi."),
    ("other fields and comments", b": hello\n\nevent: x\nid: 7\nretry: 5\n" + sse(said("Hi.")) + b": p\n\n\n", "Hi."),
    ("an unfinished last event", sse(said("Hi.")) + b'data: {"content":{"parts":[{"text":"lost"}]}}\n', "Hi."),
    ("half an object and no newline", sse(said("Hi.")) + b'data: {"content":{"par', "Hi."),
    ("invalid UTF-8", b'data: {"content":{"parts":[{"text":"a\xffb"}]}}\n\n', "a\ufffdb"),
    ("a lone surrogate", b'data: {"content":{"parts":[{"text":"a\\ud800b"}]}}\n\n', "a\ufffdb"),
    ("unreadable data", b"data: <html>\n\ndata: 5\n\ndata: [1]\n\ndata: null\n\n" + sse(said("Hi.")), "Hi."),
    ("parts of other shapes", ODD_PARTS + sse(said("Hi.")), "Hi."),
    ("deep nesting", b"data: " + b"[" * 100_000 + b"\n\n" + sse(said("Hi.")), "Hi."),
]


@pytest.mark.parametrize(("body", "events", "end"), [row[1:] for row in TURNS], ids=[row[0] for row in TURNS])
def test_a_turn(body: bytes, events: list[StreamEvent], end: StreamEnd) -> None:
    assert events_of(body) == [*events, end]


@pytest.mark.parametrize(("body", "text"), [row[1:] for row in VECTORS], ids=[row[0] for row in VECTORS])
def test_bytes_of_every_kind(body: bytes, text: str) -> None:
    end = events_of(body)[-1]
    assert isinstance(end, StreamEnd)
    assert (end.text, end.error) == (text, None)


@pytest.mark.parametrize(
    "quiet", [b"data: heartbeat", b"data:", b"data: [DONE]", b"data: {}", b"event: ping", b"id: 9"]
)
def test_an_event_that_says_nothing_is_a_heartbeat(quiet: bytes) -> None:
    assert events_of(quiet + b"\n\n" + sse(said("Hi."))) == [ALIVE, TextPart("Hi."), ended("Hi.")]


def test_a_charset_in_the_header_does_not_change_utf8() -> None:
    latin = {"content-type": "text/event-stream; charset=iso-8859-1"}
    assert events_of(sse(said("余额")), headers=latin)[-1] == ended("余额")


LONG = (
    b"\xef\xbb\xbf"
    + b"".join(body for _, body, _, _ in TURNS[1:12])
    + b"".join(v for _, v, _ in VECTORS[:6] if v[:1] == b"d")
)


@given(cuts=st.lists(st.integers(0, len(LONG)), max_size=40))
def test_any_chunking_gives_the_same_events(cuts: list[int]) -> None:
    edges = sorted({0, len(LONG), *cuts})
    assert events_of(*(LONG[start:end] for start, end in pairwise(edges))) == events_of(LONG)


def test_one_byte_at_a_time_gives_the_same_events() -> None:
    assert events_of(*(LONG[i : i + 1] for i in range(len(LONG)))) == events_of(LONG)


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_bytes_from_anywhere_never_crash(chunks: list[bytes]) -> None:
    assert isinstance(events_of(*chunks)[-1], StreamEnd)


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf"]), max_size=30))
def test_line_ends_become_lf_at_once(pieces: list[bytes]) -> None:
    ends = LineEnds()
    whole = b"".join(pieces).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert b"".join(ends.feed(piece) for piece in pieces) == whole


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_an_event_above_the_cap_fails_and_a_long_stream_does_not(size: int) -> None:
    small = sse(said("x" * 50)) * 40
    chunks = [small[i : i + size] for i in range(0, len(small), size)]
    assert events_of(*chunks, cap_bytes=400)[-1] == ended("x" * 50 * 40)
    large = small + sse(said("y" * 400)) + small
    with pytest.raises(ProtocolError, match="larger than 400"):
        events_of(*(large[i : i + size] for i in range(0, len(large), size)), cap_bytes=400)


@pytest.mark.parametrize(
    "failure", [httpx.RemoteProtocolError("incomplete chunked read"), httpx.ReadError(""), httpx.ReadTimeout("")]
)
def test_a_torn_body_is_no_end(failure: httpx.TransportError) -> None:
    seen: list[StreamEvent] = []

    async def collect() -> None:
        response = httpx.Response(200, stream=Body([sse(said("Added."))], failure))
        async for event in read_events(response):
            seen.append(event)  # noqa: PERF401  # what came before the failure must be kept

    with pytest.raises(BackendUnreachable) as caught:
        anyio.run(collect)
    assert seen == [TextPart("Added.")]
    assert caught.value.reached


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("", "a", ""),
        ("Done.", "Next", "\n\n"),
        ("好。", "下一步", "\n\n"),
        ("Hel", "lo", ""),
        ("Hello.", " World", ""),
        ("a\n", "b", ""),
    ],
)
def test_texts_meet_as_paragraphs_only_after_a_sentence(before: str, after: str, between: str) -> None:
    assert joint(before, after) == between
