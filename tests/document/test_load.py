"""Plans from disk: what cannot be read, and what is kept between runs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skill.document import DocumentError, load_skill, shared_plan

PAGE = Path(__file__).parent.parent.parent / "SKILL.md"


def a_folder(path: Path) -> Path:
    return path


def a_missing_file(path: Path) -> Path:
    return path / "nowhere.md"


def a_picture(path: Path) -> Path:
    (path / "SKILL.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    return path


def an_endless_file(path: Path) -> Path:
    with (path / "SKILL.md").open("wb") as file:
        file.truncate(9 * 2**20)
    return path


def a_pipe(path: Path) -> Path:
    os.mkfifo(path / "SKILL.md")
    return path / "SKILL.md"


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (a_folder, "Name the file"),
        (a_missing_file, "Check the path"),
        (a_picture, "binary data"),
        (an_endless_file, "larger than 8 MiB"),
        pytest.param(a_pipe, "not a file", marks=pytest.mark.skipif(os.name == "nt", reason="no pipes in folders")),
    ],
)
def test_what_cannot_be_read_says_what_to_do(make: Callable[[Path], Path], advice: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=advice):
        load_skill(make(tmp_path))


def test_an_empty_document_is_a_plan_that_cannot_run(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").touch()
    plan = load_skill(tmp_path)
    assert (plan.runnable, plan.not_runnable_because) == (False, "The document is empty.")
    assert plan.routing.catch_all.actions == ("chat",)


def test_a_kept_plan_is_the_same_plan(tmp_path: Path) -> None:
    fresh = load_skill(PAGE, tmp_path)
    (kept,) = tmp_path.iterdir()
    assert load_skill(PAGE, tmp_path) == fresh == load_skill(PAGE)
    assert list(tmp_path.iterdir()) == [kept]
    if os.name != "nt":
        assert kept.stat().st_mode & 0o777 == 0o600


def test_a_kept_plan_needs_no_reader_of_documents(tmp_path: Path) -> None:
    load_skill(PAGE, tmp_path)
    script = (
        "import sys; from pathlib import Path; from skill.document import load_skill;"
        f"load_skill(Path({str(PAGE)!r}), Path({str(tmp_path)!r}));"
        "print([name for name in ('yaml', 'markdown_it', 'pydantic', 'structlog') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PAGE.parent)
    assert ran.stdout.strip() == "[]"


def test_another_word_in_the_document_is_another_plan(tmp_path: Path) -> None:
    document = tmp_path / "SKILL.md"
    document.write_text(PAGE.read_text(encoding="utf-8").replace('"export"', '"ship"'), encoding="utf-8")
    kept = tmp_path / "kept"
    load_skill(PAGE, kept)
    assert load_skill(document, kept).routing.rows[0].phrases[0] == "ship"


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: b"",
        lambda kept: kept[: len(kept) // 2],
        lambda kept: kept.replace(b"nemovideo.ai", b"elsewhere.ai"),
        lambda kept: b"\xff" * 100,
        lambda kept: kept.split(b"\n")[0] + b"\n{}",
    ],
    ids=["empty", "cut", "changed", "garbage", "another document"],
)
def test_a_damaged_plan_is_compiled_anew(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    fresh = load_skill(PAGE, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert load_skill(PAGE, tmp_path) == fresh
    assert json.loads(kept.read_bytes().partition(b"\n")[2])["identity"]["name"] == fresh.identity.name


def test_a_place_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    assert load_skill(PAGE, blocked / "kept").runnable


def test_turns_of_one_process_share_a_plan_by_the_documents_bytes(tmp_path: Path) -> None:
    copy = tmp_path / "SKILL.md"
    copy.write_bytes(PAGE.read_bytes())
    shared = shared_plan(PAGE, tmp_path / "plans")
    assert shared_plan(copy, tmp_path / "plans") is shared
    assert shared == load_skill(PAGE)
    copy.write_text(copy.read_text(encoding="utf-8").replace("export", "ship"), encoding="utf-8")
    assert shared_plan(copy, tmp_path / "plans") == load_skill(copy)
    assert shared_plan(copy, tmp_path / "plans") != shared
