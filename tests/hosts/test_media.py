"""Files as a person names them."""

import os
from pathlib import Path

import pytest

from skill.document import SkillPlan, load_skill
from skill.hosts.cli.media import bad_links, expand
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


def test_the_order_given_is_the_order_kept(photos: Path, tmp_path: Path) -> None:
    good, _ = expand(["my photos/b.heic", "my photos/a.PNG"], tmp_path)
    assert [path.name for path in good] == ["b.heic", "a.PNG"]


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
