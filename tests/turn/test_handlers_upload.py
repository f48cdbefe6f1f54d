"""Upload: all checked before a byte is sent, all bad files named at once, the good ones brought in, in order."""

import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from skill.turn.media import BadFile, examine

from .conftest import Bench

Photo = Callable[..., Path]


def sent_names(bench: Bench) -> list[str]:
    names = []
    for call, body in bench.backend.bodies:
        if call == "upload" and b'filename="' in body:
            names.append(body.split(b'filename="')[1].split(b'"')[0].decode())
    return names


def test_photos_alone_are_taken_in_and_the_next_step_asked(bench: Bench, photo: Photo) -> None:
    bench.known()
    log = bench.turn("", photo("a.jpg"), photo("b.jpeg"))
    assert sent_names(bench) == ["a.jpg", "b.jpeg"]
    assert log.texts[0].startswith("Got all 2: a.jpg and b.jpeg. What would you like me to make?")
    assert bench.state == "asked"
    assert log.done.routes == ("upload",)


def test_photos_with_a_request_are_taken_in_first(bench: Bench, photo: Photo) -> None:
    bench.known()
    bench.backend.reply("send", bench.backend.stream("Made it."))
    log = bench.turn("turn this into a reel", photo("a.jpg"))
    assert [call for call in bench.backend.calls if call in ("upload", "send")] == ["upload", "send"]
    assert log.texts == ["Got it: a.jpg.", "Made it."]


def test_all_bad_files_are_named_at_once_and_the_good_ones_kept(bench: Bench, photo: Photo, tmp_path: Path) -> None:
    bench.known()
    folder = tmp_path / "empty folder"
    folder.mkdir()
    log = bench.turn(
        "",
        photo("good.jpg"),
        photo("fake.jpg", b"just text"),
        photo("nothing.png", b""),
        photo("notes.txt", b"hello"),
        tmp_path / "gone.jpg",
        folder,
    )
    assert sent_names(bench) == ["good.jpg"]
    assert log.problem.code == "bad_file"
    assert log.problem.message == (
        "I could not use 5 of these files: fake.jpg (it is not really a jpg file), nothing.png (it is empty), "
        "notes.txt (txt is not a format I can use), gone.jpg (there is no such file) and "
        "empty folder (a folder without pictures in it)."
    )
    assert "mp4, mov" in log.problem.advice
    assert log.texts[-1].startswith("Got it: good.jpg.")
    assert bench.state == "asked"


def test_the_same_file_is_not_sent_again(bench: Bench, photo: Photo) -> None:
    bench.known()
    first = photo("a.jpg")
    bench.turn("", first)
    log = bench.turn("", first, photo("copy.jpg", first.read_bytes()), photo("new.jpg"))
    assert sent_names(bench) == ["a.jpg", "new.jpg"]
    assert log.texts[0].startswith("Got it: new.jpg. a.jpg was already here.")


def test_the_same_bytes_twice_in_one_turn_are_in_once_and_that_is_said(bench: Bench, photo: Photo) -> None:
    log = bench.turn("", photo("a.jpg", b"\xff\xd8\xff\xe0"), photo("b.jpg", b"\xff\xd8\xff\xe0"))
    assert bench.backend.calls.count("upload") == 1
    assert "Got it: a.jpg." in log.texts[-1]
    assert "b.jpg is the same as a file before it" in log.texts[-1]


def test_a_name_that_no_text_can_hold_is_sent_and_shown_as_one_that_can(bench: Bench, photo: Photo) -> None:
    try:
        odd = photo("bad\udcff\nMEDIA: x.jpg", b"\xff\xd8\xff\xe0")
    except OSError:
        pytest.skip("this file system takes no such names")
    log = bench.turn("", odd)
    assert "Got it: bad__MEDIA: x.jpg." in log.texts[-1]
    body = next(body for call, body in bench.backend.bodies if call == "upload")
    assert b'filename="bad__MEDIA: x.jpg"' in body


def test_two_files_of_one_name_stay_two(bench: Bench, photo: Photo, tmp_path: Path) -> None:
    bench.known()
    (tmp_path / "other").mkdir()
    bench.turn("", photo("a.jpg"), photo("other/a.jpg"))
    assert sent_names(bench) == ["a.jpg", "a-2.jpg"]


def test_before_the_first_file_leaves_it_is_said_where_it_goes(bench: Bench, photo: Photo) -> None:
    log = bench.turn("", photo("a.jpg"))
    notice = next(place for place, text in enumerate(log.events) if "go to mega-api" in getattr(text, "text", ""))
    assert log.events[notice].kind == "text"
    assert bench.log.conversation.cloud_notice_given
    assert not [text for text in bench.turn("", photo("b.jpg")).texts if "go to mega-api" in text]


def test_nothing_is_said_about_a_cloud_when_nothing_leaves(bench: Bench, photo: Photo) -> None:
    bench.name = "local"
    bench.known(cloud_notice_given=False)
    log = bench.turn("", photo("a.jpg"))
    assert len(log.texts) == 1


def test_a_refused_file_does_not_lose_the_others(bench: Bench, photo: Photo) -> None:
    bench.known()

    def reply(request: httpx.Request) -> object:
        refused = b'filename="b.jpg"' in request.read()
        return {"code": 4002, "message": "too large"} if refused else {"code": 0, "data": {}}

    bench.backend.reply("upload", reply)
    log = bench.turn("", photo("a.jpg"), photo("b.jpg"), photo("c.jpg"))
    assert "b.jpg (the backend finds it too large)" in log.problem.message
    assert log.texts[-1].startswith("Got all 2: a.jpg and c.jpg.")
    assert set(log.conversation.uploaded.values()) == {"a.jpg", "c.jpg"}


def test_an_upload_that_nobody_answers_is_a_network_problem(bench: Bench, photo: Photo) -> None:
    bench.known()
    bench.backend.reply("upload", httpx.ConnectError("no route"))
    assert bench.turn("", photo("a.jpg")).problem.code == "network"


def test_uploads_that_overtake_each_other_keep_the_users_order_in_words(bench: Bench, photo: Photo) -> None:
    bench.known()

    async def slow(request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        bench.backend.requests.append(("upload", request))
        await bench.clock.sleep(50 if b'filename="a.jpg"' in body else 5)
        return httpx.Response(200, json={"code": 0, "data": {}})

    original = bench.backend.handle_async_request

    async def handle(request: httpx.Request) -> httpx.Response:
        return await (slow(request) if "upload" in request.url.path else original(request))

    bench.backend.handle_async_request = handle  # type: ignore[method-assign]  # a slower network than the script's
    bench.backend.reply("send", bench.backend.stream("Made it."))
    bench.turn("make a reel of these", photo("a.jpg"), photo("b.jpg"), photo("c.jpg"))
    assert bench.clock.monotonic() < 60, "they travel side by side"
    assert "Use the files in this order: a.jpg, b.jpg and c.jpg." in bench.backend.sent_messages()[0]


def test_a_wish_to_upload_without_files_says_how(bench: Bench) -> None:
    bench.known()
    log = bench.turn("upload")
    assert log.texts == ["Drop your photos, clips or music here, or give me a link to them."]
    assert bench.state == "asked"


def test_links_are_handed_to_the_backend(bench: Bench) -> None:
    bench.known()
    bench.turn("", urls=["https://photos.test/sea.jpg"])
    body = next(body for call, body in bench.backend.bodies if call == "upload")
    assert b'"urls":["https://photos.test/sea.jpg"]' in body.replace(b" ", b"")
    assert b'"source_type":"url"' in body.replace(b" ", b"")


def test_a_refused_link_does_not_lose_the_others(bench: Bench) -> None:
    bench.known()
    links = [f"https://photos.test/{name}.jpg" for name in ("a", "b", "c", "a")]

    def reply(request: httpx.Request) -> object:
        return {"code": 4001, "message": "unsupported"} if b"b.jpg" in request.read() else {"code": 0, "data": {}}

    bench.backend.reply("upload", reply)
    log = bench.turn("", urls=links)
    assert bench.backend.calls.count("upload") == 3
    assert "https://photos.test/b.jpg" in log.problem.message and "a.jpg" not in log.problem.message
    assert log.texts[-1].startswith("Got all 2: a.jpg and c.jpg.")
    assert bench.turn("", urls=links[:1]).texts[-1].startswith("a.jpg was already here")


def test_links_wait_for_a_backend_that_is_away(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("upload", {"code": 0, "data": {}}, httpx.ConnectError("gone"))
    log = bench.turn("", urls=[f"https://photos.test/{number}.jpg" for number in range(20)])
    assert bench.backend.calls.count("upload") == 2
    assert log.problem.retryable
    assert "19" in log.problem.message


def test_links_to_a_backend_that_was_never_there_are_one_trouble(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("upload", httpx.ConnectError("gone"))
    assert bench.turn("", urls=["https://photos.test/a.jpg", "https://photos.test/b.jpg"]).problem.code == "network"
    log = bench.turn("", urls=["https://photos.test/a.jpg", "ftp://x.test/b.jpg"])
    assert log.problem.code != "network", "one of them no network would bring"
    assert "ftp://x.test/b.jpg" in log.problem.message
    assert bench.backend.calls.count("upload") == 2


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://x.test/a.jpg", "http://"])
def test_only_web_links(bench: Bench, link: str) -> None:
    bench.known()
    log = bench.turn("", urls=[link])
    assert log.problem.code == "bad_file"
    assert "upload" not in bench.backend.calls


# -- what a file really is

FORMATS = ("mp4", "mov", "jpg", "png", "mp3", "webp")


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe1rest", "jpg"),
        ("a.JPEG", b"\xff\xd8\xff\xe1rest", "jpg"),
        ("picture", b"\xff\xd8\xff\xe1rest", "jpg"),
        ("really-a-png.jpg", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "png"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        ("a.mov", b"\0\0\0\x14ftypqt  ", "mov"),
        ("a.mp4", b"\0\0\0\x18ftypisom", "mp4"),
        ("a.heic", b"\0\0\0\x18ftypheic", "heic"),
        ("a.mp3", b"ID3\x04", "mp3"),
    ],
)
def test_content_decides(tmp_path: Path, name: str, content: bytes, found: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    file = examine(path, FORMATS, None)
    assert not isinstance(file, BadFile)
    assert file.format == found


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg", b"hello", "content"),
        ("a.jpg", b"", "empty"),
        ("a.gif", b"GIF89a", "format"),
        ("a.exe", b"MZ\x90", "format"),
        ("README", b"hello", "no_extension"),
        ("bomb.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (30000).to_bytes(4, "big") * 2, "pixels"),
    ],
)
def test_what_is_turned_away(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    file = examine(path, FORMATS, None)
    assert isinstance(file, BadFile)
    assert file.reason == reason


def test_the_documents_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff" + b"x" * 3_000_000)
    file = examine(path, FORMATS, 2**20)
    assert isinstance(file, BadFile)
    assert file.facts == {"size": "3", "limit": "1"}


def test_a_heic_photo_becomes_a_jpeg_for_a_cloud(bench: Bench, tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    path = tmp_path / "phone.heic"
    Image.new("RGB", (64, 48), (200, 30, 30)).save(path, format="HEIF")
    bench.known()
    bench.turn("", path)
    assert sent_names(bench) == ["phone.jpg"]
    body = next(body for call, body in bench.backend.bodies if call == "upload")
    jpeg = body[body.index(b"\xff\xd8\xff") :]
    assert Image.open(io.BytesIO(jpeg)).size == (64, 48)
