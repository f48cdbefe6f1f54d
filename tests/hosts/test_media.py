"""Files as a person names them."""

import os
import struct
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from skill.document import SkillPlan, load_skill
from skill.hosts.media import bad_links, expand
from skill.turn.captured import taken
from skill.turn.media import BadFile

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(ROOT / "SKILL.md")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "my photos"
    (folder / "inner").mkdir(parents=True)
    for name in ("IMG_10.JPG", "IMG_2.jpg", "b.heic", "a.PNG", "notes.txt", ".hidden.jpg", "inner/deep.jpg"):
        (folder / name).write_bytes(b"x")
    return folder


def test_a_folder_means_its_pictures_in_name_order(photos: Path, tmp_path: Path) -> None:
    good, bad = expand(["my photos"], tmp_path)
    assert [path.name for path in good] == ["a.PNG", "b.heic", "IMG_2.jpg", "IMG_10.JPG"]
    assert all(path.is_absolute() for path in good)
    assert bad == []


def taken_at(path: Path, moment: str, *, zone: str = "", fraction: str = "") -> Path:
    """A photo that tells when it was taken."""
    exif = Image.Exif()
    details = exif.get_ifd(0x8769)
    details[0x9003] = moment
    if zone:
        details[0x9011] = zone
    if fraction:
        details[0x9291] = fraction
    picture = Image.new("RGB", (16, 16), "teal")
    if path.suffix.lower() == ".heic":
        heif = pillow_heif.from_pillow(picture)
        heif.save(path, exif=exif.tobytes())
    else:
        picture.save(path, exif=exif.tobytes())
    return path


def names_in(folder: Path) -> list[str]:
    return [path.name for path in expand([str(folder)], folder)[0]]


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "heic"])
def test_a_folder_means_its_pictures_as_they_were_taken(tmp_path: Path, kind: str) -> None:
    taken_at(tmp_path / f"a.{kind}", "2024:07:02 10:00:00", fraction="5")
    taken_at(tmp_path / f"b.{kind}", "2024:07:02 10:00:00", fraction="049")
    taken_at(tmp_path / f"c.{kind}", "2023:12:31 23:59:59")
    assert names_in(tmp_path) == [f"c.{kind}", f"b.{kind}", f"a.{kind}"]


def test_one_that_does_not_tell_stays_behind_the_one_before_it_by_name(tmp_path: Path) -> None:
    taken_at(tmp_path / "IMG_2.jpg", "2024:07:02 10:00:00")
    taken_at(tmp_path / "IMG_10.jpg", "2024:07:01 10:00:00")
    for name in ("IMG_1.jpg", "IMG_3.jpg", "IMG_11.jpg"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0")
    assert names_in(tmp_path) == ["IMG_1.jpg", "IMG_10.jpg", "IMG_11.jpg", "IMG_2.jpg", "IMG_3.jpg"]


def test_hours_on_different_walls_are_compared_only_where_all_tell_theirs(tmp_path: Path) -> None:
    taken_at(tmp_path / "lisbon.jpg", "2024:07:02 10:00:00", zone="+01:00")
    taken_at(tmp_path / "tokyo.jpg", "2024:07:02 17:30:00", zone="+09:00")
    assert names_in(tmp_path) == ["tokyo.jpg", "lisbon.jpg"]
    taken_at(tmp_path / "old-camera.jpg", "2024:07:02 11:00:00")
    assert names_in(tmp_path) == ["lisbon.jpg", "old-camera.jpg", "tokyo.jpg"]


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "heic"])
def test_a_damaged_photo_has_no_time_and_does_no_harm(tmp_path: Path, kind: str) -> None:
    path = taken_at(tmp_path / f"a.{kind}", "2024:07:02 10:00:00", zone="-03:30")
    data = path.read_bytes()
    assert taken(path) == (1719914400.0, -12600.0)
    for at, byte in enumerate(data):
        for other in {0, 255, *(byte ^ 1 << bit for bit in range(8))}:
            path.write_bytes(data[:at] + bytes([other]) + data[at + 1 :])
            found = taken(path)
            assert found is None or isinstance(found.local_s, float)
        path.write_bytes(data[:at])
        assert taken(path) in {None, (1719914400.0, None), (1719914400.0, -12600.0)}


@pytest.mark.parametrize("widths", range(0x100))
def test_a_heic_may_write_its_numbers_in_any_width(tmp_path: Path, widths: int) -> None:
    path = taken_at(tmp_path / "a.heic", "2024:07:02 10:00:00")
    data = path.read_bytes()
    at = data.index(b"iloc") + 8
    path.write_bytes(data[:at] + bytes([widths]) + data[at + 1 :])
    assert names_in(tmp_path) == ["a.heic"]


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


@pytest.mark.parametrize(
    ("sizes", "end"), [(0x4400, "length"), (0x4000, ""), (0x4400, "zero")], ids=["told", "no width", "zero"]
)
def test_what_has_no_length_reaches_to_the_end(tmp_path: Path, sizes: int, end: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:07:02 10:00:00"
    block = bytes(4) + exif.tobytes().removeprefix(b"Exif\0\0")

    def before(start: int) -> bytes:
        extent = struct.pack(">I", start) + (struct.pack(">I", len(block) if end == "length" else 0) if end else b"")
        place = bytes(4) + struct.pack(">HHHHH", sizes, 1, 7, 0, 1) + extent
        entry = box(b"infe", b"\2\0\0\0" + struct.pack(">HH4s", 7, 0, b"Exif"))
        told = box(b"iinf", bytes(4) + struct.pack(">H", 1) + entry) + box(b"iloc", place)
        return box(b"ftyp", b"heic" + bytes(4)) + box(b"meta", bytes(4) + told)

    path = tmp_path / "a.heic"
    path.write_bytes(before(len(before(0))) + block)
    assert taken(path) == (1719914400.0, None)


@pytest.mark.parametrize("size", [0, 1])
def test_a_segment_smaller_than_its_own_size_is_not_read(tmp_path: Path, size: int) -> None:
    whole = taken_at(tmp_path / "a.jpg", "2024:07:02 10:00:00").read_bytes()
    at = whole.index(b"\xff\xe1") + 2
    path = tmp_path / "b.jpg"
    # read without a bound, the content behind the size would be taken for the block
    path.write_bytes(whole[:at] + bytes([0, size]) + whole[at + 2 :])
    assert taken(path) is None


def test_the_order_given_is_the_order_kept(photos: Path, tmp_path: Path) -> None:
    good, _ = expand(["my photos/b.heic", "my photos/a.PNG"], tmp_path)
    assert [path.name for path in good] == ["b.heic", "a.PNG"]
    late = taken_at(tmp_path / "late.jpg", "2024:07:02 10:00:00")
    early = taken_at(tmp_path / "early.jpg", "2023:07:02 10:00:00")
    assert expand([str(late), str(early)], tmp_path)[0] == [late, early], "whatever the photos tell"


def test_all_bad_files_are_named_at_once(photos: Path, tmp_path: Path, plan: SkillPlan) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "fake.jpg").write_text("words")
    (tmp_path / "good.jpeg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "nothing").mkdir()
    names = ["fake.jpg", "gone.jpg", "empty.jpg", "nothing", "good.jpeg", "/dev/null", "x" * 300, "~nobody-here/a.jpg"]
    good, bad = expand([*names, "my photos/notes.txt"], tmp_path, plan)
    assert [path.name for path in good] == ["good.jpeg"]
    assert bad == [
        BadFile("fake.jpg", "content", {"extension": "jpg"}),
        BadFile("gone.jpg", "missing"),
        BadFile("empty.jpg", "empty"),
        BadFile("nothing", "folder"),
        BadFile("null", "special"),
        BadFile("x" * 300, "missing"),
        BadFile("~nobody-here/a.jpg", "missing"),
        BadFile("notes.txt", "format", {"extension": "txt"}),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform's pipes have no names")
def test_a_pipe_keeps_nobody_waiting(tmp_path: Path, plan: SkillPlan) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert expand(["pipe.jpg"], tmp_path, plan) == ([], [BadFile("pipe.jpg", "special")])
    assert expand(["/dev/zero"], tmp_path, plan) == ([], [BadFile("zero", "special")])


def test_a_link_that_leads_back_to_itself(tmp_path: Path, plan: SkillPlan) -> None:
    (tmp_path / "a.jpg").symlink_to("b.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert expand(["a.jpg"], tmp_path, plan) == ([], [BadFile("a.jpg", "loop")])


def test_a_name_no_file_can_have(tmp_path: Path, plan: SkillPlan) -> None:
    assert expand(["a\0.jpg"], tmp_path, plan) == ([], [BadFile("a_.jpg", "missing")])


def test_only_web_links_are_links() -> None:
    assert [bad.name for bad in bad_links(["https://x/y.jpg", "HTTP://x", "file:///etc/passwd", "ftp://x"])] == [
        "file:///etc/passwd",
        "ftp://x",
    ]
