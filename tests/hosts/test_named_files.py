"""Files named in a line come along; the person's words stay as they were typed, without folders."""

from pathlib import Path

import pytest

from skill.hosts.cli.named_files import named_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("06-fig.jpg", "b.jpg", "my photo.jpg", "photo.jpg", "海边.jpg", "it's.png"):
        (tmp_path / name).touch()
    (tmp_path / "photos").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("make a reel of 06-fig.jpg, b.jpg.", ["06-fig.jpg", "b.jpg"]),
        ("use b.jpg,06-fig.jpg and don't cut", ["b.jpg", "06-fig.jpg"]),
        ("title 'Golden Hour' over \"my photo.jpg\"", ["my photo.jpg"]),
        ("take my\\ photo.jpg please", ["my photo.jpg"]),
        ("用海边.jpg", []),
        ("用 海边.jpg，b.jpg。做一个视频", ["海边.jpg", "b.jpg"]),
        ("make it's.png (and b.jpg) move", ["it's.png", "b.jpg"]),
        ("everything in photos/ at 9:16", ["photos/"]),
        ('the title "C:\\new" and 50/50 e.g. gone.jpg', []),
        ("b.jpg then b.jpg again", ["b.jpg"]),
        ("a / b ... ~", []),
        ("don't use version 1.5 and/or that", []),
    ],
)
def test_the_words_are_not_touched(folder: Path, line: str, names: list[str]) -> None:
    assert named_files(line, folder) == (line, names)


def test_of_a_path_the_words_keep_the_name(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("plage à Nice")
    (elsewhere / "a (1).jpg").touch()
    path = str(elsewhere / "a (1).jpg")
    assert named_files(f"'{path}' and b.jpg, add this one", folder) == (
        "'a (1).jpg' and b.jpg, add this one",
        [path, "b.jpg"],
    )
    escaped = path.replace(" ", "\\ ")
    assert named_files(f"from {escaped}: a 3 s film", folder) == ("from a (1).jpg: a 3 s film", [path])


@pytest.mark.parametrize("line", ["b.jpg", "'my photo.jpg', b.jpg", " b.jpg 06-fig.jpg; "])
def test_a_line_of_nothing_but_files_has_no_words(folder: Path, line: str) -> None:
    words, names = named_files(line, folder)
    assert words == ""
    assert names
