"""Media come in as files or addresses, in order, all of a request or none."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import httpx
import pytest

from studio import Limits
from studio.fetch import is_public

from .conftest import Caller, Lab

pytestmark = pytest.mark.anyio

PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/photo.jpg": (200, {"Content-Type": "image/jpeg"}, b"IMG from the web"),
    "/photo": (200, {"Content-Type": "image/png"}, b"IMG without a name"),
    "/page": (200, {"Content-Type": "text/html"}, b"<html>"),
    "/moved": (302, {"Location": "/photo.jpg?signature=abc"}, b""),
    "/circle": (302, {"Location": "/circle"}, b""),
    "/out": (302, {"Location": "file:///etc/hostname"}, b""),
    "/large": (200, {}, b"IMG" + b"x" * 5000),
}


class Web(BaseHTTPRequestHandler):
    """A web site on this machine."""

    def do_GET(self) -> None:
        status, headers, body = PAGES.get(self.path.partition("?")[0], (404, {}, b""))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def names(caller: Caller) -> list[str]:
    state = await caller.get(f"/api/state/nemo_agent/me/{caller.session_id}/latest")
    return [info["name"] for info in state["data"]["state"]["video_infos"]]


async def by_url(caller: Caller, *urls: str) -> dict[str, Any]:
    body = {"urls": urls, "source_type": "url"}
    return await caller.post(f"/api/upload-video/nemo_agent/me/{caller.session_id}", json=body)


def kept_files(lab: Lab) -> list[bytes]:
    return sorted(path.read_bytes() for path in (lab.home / "media").rglob("*") if path.is_file())


async def test_files_keep_their_order_and_are_described(lab: Lab) -> None:
    async with lab.caller() as caller:
        answer = await caller.upload(("z.jpg", b"IMG z"), ("café “1”.jpg", b"IMG a"))
        assert answer["code"] == 0
        assert answer["data"]["names"] == ["z.jpg", "café “1”.jpg"]
        first = answer["data"]["files"][0]
        assert (first["kind"], first["width"], first["height"], first["size"]) == ("image", 40, 30, 5)
        await caller.upload(("m.jpg", b"IMG m"))
        assert await names(caller) == ["z.jpg", "café “1”.jpg", "m.jpg"]


async def test_the_same_bytes_are_stored_once_whoever_sends_them(lab: Lab) -> None:
    async with lab.caller() as caller:
        await caller.upload(("a.jpg", b"IMG a"))
        await caller.upload(("renamed.png", b"IMG a"))
        assert await names(caller) == ["a.jpg"]
        other = Caller(caller.http)
        await other.sign_in("another-client")
        await other.open_session()
        await other.upload(("theirs.jpg", b"IMG a"))
        assert await names(other) == ["theirs.jpg"]
    assert kept_files(lab) == [b"IMG a"]


async def test_a_large_file_arrives_whole(lab: Lab) -> None:
    content = b"IMG" + bytes(range(256)) * 8000
    async with lab.caller() as caller:
        await caller.upload(("a.jpg", content))
    assert kept_files(lab) == [content]


@pytest.mark.parametrize(("name", "content"), [("notes.jpg", b"hello"), ("empty.jpg", b"")])
async def test_one_bad_file_is_named_with_4001_and_nothing_is_kept(lab: Lab, name: str, content: bytes) -> None:
    async with lab.caller() as caller:
        answer = await caller.upload(("good.jpg", b"IMG a"), (name, content))
        assert answer["code"] == 4001
        assert name in answer["message"]
        assert await names(caller) == []
    assert kept_files(lab) == []
    assert not list(lab.home.glob(".incoming-*"))


async def test_a_file_over_the_limit_is_refused_with_4002(lab: Lab, limits: Limits) -> None:
    async with lab.caller(lab.studio(limits=limits)) as caller:
        assert (await caller.upload(("a.jpg", b"IMG" + b"x" * 997)))["code"] == 0
        answer = await caller.upload(("b.jpg", b"IMG" + b"x" * 998))
        assert answer["code"] == 4002
        assert "b.jpg" in answer["message"]


async def test_too_many_files_are_refused(lab: Lab, limits: Limits) -> None:
    async with lab.caller(lab.studio(limits=limits)) as caller:
        assert (await caller.upload(*[(f"{n}.jpg", b"IMG %d" % n) for n in range(4)]))["code"] == 400
        assert await names(caller) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd.jpg", "passwd.jpg"), ("C:\\photos\\a.jpg", "a.jpg"), ("a\u202e\x07b.jpg", "ab.jpg")],
)
async def test_a_path_or_control_characters_never_reach_a_name(lab: Lab, sent: str, kept: str) -> None:
    async with lab.caller() as caller:
        assert (await caller.upload((sent, b"IMG a")))["data"]["names"] == [kept]
    assert all(path.resolve().is_relative_to(lab.home.resolve()) for path in lab.home.rglob("*"))


@pytest.mark.parametrize(
    "body",
    [
        b"no multipart at all",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nIMG cut off',
        b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nIMG\r\n--x--\r\n',
        b"",
    ],
)
async def test_a_body_that_is_no_upload_is_refused(lab: Lab, body: bytes) -> None:
    async with lab.caller() as caller:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        path = f"/api/upload-video/nemo_agent/me/{caller.session_id}"
        assert (await caller.post(path, content=body, headers=headers))["code"] == 400
        assert await names(caller) == []


async def test_addresses_are_fetched_and_named(lab: Lab, site: str) -> None:
    async with lab.caller(lab.studio(limits=Limits(private_urls=True))) as caller:
        answer = await by_url(caller, f"{site}/photo?a=1", f"{site}/moved")
        assert answer["data"]["names"] == ["photo.png", "photo.jpg"]
    assert kept_files(lab) == [b"IMG from the web", b"IMG without a name"]


@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        ("/page", 4001, "page is not a picture"),
        ("/missing", 400, "answered 404"),
        ("/circle", 400, "redirects too often"),
        ("/out", 400, "not an http or https address"),
        ("/large", 4002, "larger than"),
    ],
)
async def test_an_address_that_does_not_serve_media_is_told(
    lab: Lab, site: str, limits: Limits, path: str, code: int, told: str
) -> None:
    limits = Limits(file_bytes=limits.file_bytes, private_urls=True)
    async with lab.caller(lab.studio(limits=limits)) as caller:
        answer = await by_url(caller, site + path)
    assert answer["code"] == code
    assert told in answer["message"]


async def test_by_default_no_address_of_this_machine_is_fetched(lab: Lab, site: str) -> None:
    port = httpx.URL(site).port
    async with lab.caller() as caller:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "169.254.169.254"):
            answer = await by_url(caller, f"http://{host}:{port}/photo.jpg")
            assert (answer["code"], "public" in answer["message"]) == (400, True), host
        for address in ("file:///etc/hostname", "ftp://example.org/a.jpg", "photo.jpg", "http://", "http://[", ""):
            assert (await by_url(caller, address))["code"] == 400, address
        for host in ("xn--é", "a..b", "a" * 300, "127.0.0.1:99999"):
            assert (await by_url(caller, f"http://{host}/a.jpg"))["code"] == 400, host


async def test_a_secret_in_an_address_is_not_repeated(lab: Lab, site: str) -> None:
    address = site.replace("//", "//ann:pass-word@") + "/missing?key=sig-nature#frag-ment"
    async with lab.caller(lab.studio(limits=Limits(private_urls=True))) as caller:
        message = (await by_url(caller, address))["message"]
    assert "answered 404" in message
    assert not any(secret in message for secret in ("pass-word", "sig-nature", "frag-ment"))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff0e::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:a00:1::", False),
        ("::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
