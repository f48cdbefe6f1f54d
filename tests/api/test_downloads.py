"""A film reaches the disk whole or not at all, and nobody else sees our headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api import BackendUnreachable, ExportBlocked, ProtocolError

from .conftest import OpenClient

pytestmark = pytest.mark.anyio

FILM = b"\0\0\0\x18ftypisom" + b"film" * 200_000
OURS = ("authorization", "x-skill-source", "x-skill-version", "x-skill-platform")


def film() -> httpx.Response:
    return httpx.Response(200, content=FILM, headers={"content-type": "video/mp4"})


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name not in ("tokens.json", "id")]


async def test_another_host_gets_none_of_our_headers(open_client: OpenClient, tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return film()

    told: list[tuple[int, int]] = []
    async with open_client(answer, given="mine") as client:
        got = await client.download(
            "https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4", on_bytes=lambda done, total: told.append((done, total))
        )
    assert (got.path, got.bytes, got.media_type) == (tmp_path / "v.mp4", len(FILM), "video/mp4")
    assert (tmp_path / "v.mp4").read_bytes() == FILM
    assert told[-1] == (len(FILM), len(FILM))
    assert not set(OURS) & set(asked[0].headers)


async def test_redirects_are_followed_and_only_our_own_host_is_signed(open_client: OpenClient, tmp_path: Path) -> None:
    asked: list[httpx.Request] = []
    steps = {
        "/api/render/proxy/r%201/download": "/files/r1",
        "/files/r1": "https://cdn.test/x",
        "/x": "//cdn2.test/y",
    }

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        to = steps.get(request.url.raw_path.decode())
        return httpx.Response(302, headers={"location": to}) if to else film()

    async with open_client(answer, given="mine") as client:
        await client.download(None, "r 1", tmp_path / "v.mp4")
    assert [(str(request.url.host), "authorization" in request.headers) for request in asked] == [
        ("api.test", True),
        ("api.test", True),
        ("cdn.test", False),
        ("cdn2.test", False),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://cdn.test/v.mp4",
        "http://cdn.test/v.mp4",
        "https://localhost/v.mp4",
        "http://127.0.0.1:80/v",
        "javascript:1",
        "https://",
        "http://[::1",
    ],
)
@pytest.mark.parametrize("redirected", [False, True])
async def test_an_address_we_do_not_go_to(open_client: OpenClient, tmp_path: Path, url: str, redirected: bool) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": url})

    async with open_client(answer, given="mine") as client:
        with pytest.raises((ProtocolError, BackendUnreachable)):  # httpx itself stumbles over some redirects
            await client.download(None if redirected else url, "r1", tmp_path / "v.mp4")
    assert asked == (["api.test"] if redirected else [])
    assert files_in(tmp_path) == []


async def test_circles_end(open_client: OpenClient, tmp_path: Path) -> None:
    async with open_client(lambda request: httpx.Response(302, headers={"location": "/again"}), given="mine") as client:
        with pytest.raises(ProtocolError, match="too often"):
            await client.download(None, "r1", tmp_path / "v.mp4")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<title>Sign in</title>"),
        httpx.Response(200, json={"fine": True}),
        httpx.Response(200, content=b"", headers={"content-type": "video/mp4"}),
        httpx.Response(403, text="<Error>expired</Error>"),
        httpx.Response(401),
    ],
)
async def test_what_is_no_film_leaves_what_was_there(
    open_client: OpenClient, tmp_path: Path, answer: httpx.Response
) -> None:
    (tmp_path / "v.mp4").write_bytes(b"old")
    async with open_client(lambda request: answer, given="mine") as client:
        with pytest.raises(ProtocolError):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == b"old"
    assert files_in(tmp_path) == ["v.mp4"]


async def test_the_backends_own_refusal_keeps_its_name(open_client: OpenClient, tmp_path: Path) -> None:
    async with open_client(lambda request: httpx.Response(200, json={"code": 402}), given="mine") as client:
        with pytest.raises(ExportBlocked):
            await client.download(None, "r1", tmp_path / "v.mp4")


async def test_a_torn_download_leaves_nothing(open_client: OpenClient, tmp_path: Path) -> None:
    class Torn(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield FILM
            raise httpx.ReadError("reset")

    async with open_client(lambda request: httpx.Response(200, stream=Torn()), given="mine") as client:
        with pytest.raises(BackendUnreachable):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert files_in(tmp_path) == []


async def test_a_folder_that_is_not_there_is_the_disks_own_error(open_client: OpenClient, tmp_path: Path) -> None:
    async with open_client(lambda request: film(), given="mine") as client:
        with pytest.raises(FileNotFoundError):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "no" / "v.mp4")


class Server:
    """A film that breaks off after so many bytes, time after time."""

    def __init__(self, *lengths: int, etag: str = '"v1"', **headers: str) -> None:
        self.lengths = list(lengths)
        self.etag = etag
        self.headers = headers
        self.ranges: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.headers.get("range", "")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if asked and request.headers["if-range"] != self.etag:
            start = 0
        upto = start + self.lengths.pop(0) if self.lengths else len(FILM)
        headers = {"content-type": "video/mp4", "content-length": str(len(FILM) - start), "etag": self.etag}
        if start:
            headers["content-range"] = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return httpx.Response(206 if start else 200, headers=headers | self.headers, stream=Broken(FILM[start:upto]))


class Broken(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        if not self._body.endswith(FILM[-20:]) or len(self._body) < 20:
            raise httpx.ReadError("reset")


async def test_a_film_that_breaks_off_is_gone_on_with(open_client: OpenClient, tmp_path: Path) -> None:
    server = Server(300_000, 200_000)
    async with open_client(server, given="mine") as client:
        got = await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == FILM
    assert got.bytes == len(FILM)
    assert server.ranges == ["", "bytes=300000-", "bytes=500000-"]
    assert files_in(tmp_path) == ["v.mp4"]


async def test_a_film_that_changed_meanwhile_begins_again(open_client: OpenClient, tmp_path: Path) -> None:
    server = Server(300_000)

    def answer(request: httpx.Request) -> httpx.Response:
        response = server(request)
        server.etag = '"v2"'
        return response

    async with open_client(answer, given="mine") as client:
        await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == FILM
    assert server.ranges == ["", "bytes=300000-"]


@pytest.mark.parametrize(("etag", "headers"), [("", {}), ('W/"v1"', {}), ('"v1"', {"accept-ranges": "none"})])
async def test_what_cannot_be_gone_on_with_is_not(
    open_client: OpenClient, tmp_path: Path, etag: str, headers: dict[str, str]
) -> None:
    server = Server(300_000, etag=etag, **headers)
    async with open_client(server, given="mine") as client:
        with pytest.raises(BackendUnreachable):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert server.ranges == [""]


async def test_a_film_that_never_stays_whole_ends(open_client: OpenClient, tmp_path: Path) -> None:
    server = Server(*[1000] * 9)
    async with open_client(server, given="mine") as client:
        with pytest.raises(BackendUnreachable):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
        assert client.clock.monotonic() == 10.5
    assert len(server.ranges) == 4
    assert files_in(tmp_path) == []


async def test_another_part_than_asked_for_is_refused(open_client: OpenClient, tmp_path: Path) -> None:
    server = Server(300_000, **{"content-range": "bytes 5-9/10"})
    async with open_client(server, given="mine") as client:
        with pytest.raises(ProtocolError, match="another part"):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")


@pytest.mark.parametrize("body", [b"<!doctype html>", b'{"error": 1}', b"\xff\xd8\xff\xe0", b"x" * 5000, b"  <Error/>"])
async def test_what_does_not_begin_like_a_film_is_none(open_client: OpenClient, tmp_path: Path, body: bytes) -> None:
    reply = httpx.Response(200, content=body, headers={"content-type": "video/mp4"})
    async with open_client(lambda request: reply, given="mine") as client:
        with pytest.raises(ProtocolError, match="no film"):
            await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert files_in(tmp_path) == []


async def test_what_a_killed_process_left_is_swept(open_client: OpenClient, tmp_path: Path) -> None:
    (tmp_path / ".v.mp4.0011.part").write_bytes(b"half")
    async with open_client(lambda request: film(), given="mine") as client:
        await client.download("https://cdn.test/v.mp4", "r1", tmp_path / "v.mp4")
    assert files_in(tmp_path) == ["v.mp4"]


def box(name: bytes, content: bytes = b"", *, length: int | None = None) -> bytes:
    size = 8 + len(content) if length is None else length
    return size.to_bytes(4, "big") + name + content


HEAD, INDEX = box(b"ftyp", b"isom" * 4), box(b"moov", b"i" * 500)
LARGE = b"\0\0\0\1mdat" + (16 + 3000).to_bytes(8, "big") + b"m" * 3000


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (HEAD + INDEX + box(b"mdat", b"m" * 3000), True),
        (HEAD + box(b"mdat", b"m" * 3000) + INDEX, True),
        (HEAD + LARGE + INDEX, True),
        (HEAD + INDEX + box(b"mdat", b"m" * 3000, length=0), True),
        (b"\x1a\x45\xdf\xa3" + b"w" * 3000, True),
        ((HEAD + INDEX + box(b"mdat", b"m" * 3000))[:-1], False),
        ((HEAD + LARGE)[:-500], False),
        (HEAD + box(b"mdat", b"m" * 3000), False),
        (HEAD + box(b"mdat", b"m" * 3000) + INDEX[:5], False),
    ],
)
async def test_a_film_of_unknown_length_that_lacks_its_end(
    open_client: OpenClient, tmp_path: Path, body: bytes, whole: bool
) -> None:
    """A server that closes its connection in place of telling a length looks the same when it dies."""

    class Untold(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield body

    async with open_client(lambda request: httpx.Response(200, stream=Untold()), given="mine") as client:
        if whole:
            assert (await client.download(None, "r1", tmp_path / "v.mp4")).bytes == len(body)
        else:
            with pytest.raises(BackendUnreachable, match="breaks off"):
                await client.download(None, "r1", tmp_path / "v.mp4")
    assert files_in(tmp_path) == (["v.mp4"] if whole else [])
