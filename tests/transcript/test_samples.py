"""A stand-in passes for a file of its kind wherever the runtime looks at one."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.document import load_skill
from skill.transcript import Transcript, run_transcript
from skill.transcript.samples import KINDS, sample
from skill.turn.media import MediaFile, examine

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_of_its_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"one.{kind}"
    path.write_bytes(sample(kind, path.name))
    found = examine(path, KINDS, None)
    assert isinstance(found, MediaFile)
    assert found.format == kind


def test_two_names_are_two_files() -> None:
    assert sample("jpg", "a.jpg") != sample("jpg", "b.jpg")


def test_a_photo_from_a_phone_is_really_converted(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    body = {
        "turn": {"files": ["IMG_1.HEIC", {"name": "IMG_2.jpg", "like": "heic"}]},
        "backend": [
            {"call": "upload", "file": "IMG_1.jpg", "json": {"code": 0, "data": {"files": [{"name": "IMG_1.jpg"}]}}},
            {"call": "upload", "file": "IMG_2.jpg", "json": {"code": 0, "data": {"files": [{"name": "IMG_2.jpg"}]}}},
        ],
        "host": [{"kind": "text", "text": "…IMG_1.jpg…IMG_2.jpg…"}],
    }
    found = run_transcript(Transcript.model_validate(body), load_skill(ROOT), ROOT, tmp_path)
    assert [str(mismatch) for mismatch in found] == []


@pytest.mark.parametrize(
    ("file", "code"),
    [({"name": "a.jpg", "content": ""}, "bad_file"), ({"name": "a.jpg", "content": "words"}, "bad_file")],
    ids=["empty", "text"],
)
def test_what_is_no_photo_is_refused(file: dict[str, str], code: str, tmp_path: Path) -> None:
    body = {"turn": {"files": [file]}, "host": [{"kind": "problem", "code": code}]}
    assert run_transcript(Transcript.model_validate(body), load_skill(ROOT), ROOT, tmp_path) == []
