"""Files as a person names them."""

from pathlib import Path

import pytest

from skill.hosts.cli.chat import split_files
from skill.hosts.cli.media import Bad, bad_links, expand


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


def test_all_bad_files_are_named_at_once(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "nothing").mkdir()
    names = ["gone.jpg", "empty.jpg", "nothing", "my photos/a.PNG", "/dev/null", "x" * 300]
    good, bad = expand(names, tmp_path)
    assert [path.name for path in good] == ["a.PNG"]
    assert bad == [
        Bad("gone.jpg", "reason_missing"),
        Bad("empty.jpg", "reason_empty"),
        Bad("nothing", "reason_folder"),
        Bad("null", "reason_unreadable"),
        Bad("x" * 300, "reason_missing"),
    ]


def test_only_web_links_are_links() -> None:
    assert [bad.name for bad in bad_links(["https://x/y.jpg", "HTTP://x", "file:///etc/passwd", "ftp://x"])] == [
        "file:///etc/passwd",
        "ftp://x",
    ]


def test_a_line_of_chat_brings_the_files_it_names(photos: Path, tmp_path: Path) -> None:
    assert split_files("make a reel of 'my photos/a.PNG' please", tmp_path) == (
        "make a reel of please",
        ["my photos/a.PNG"],
    )
    assert split_files("don't use version 1.5 and/or that", tmp_path) == ("don't use version 1.5 and/or that", [])
