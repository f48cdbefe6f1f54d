"""The wording files of the translator: complete, consistent and loaded only when their language is met."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "router/lexicon/replies"
SOURCES = sorted(FOLDER.glob("*.yaml"))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from compile_data import Loader, compiled, reply_verbs  # noqa: E402 - found by the line above


def data_of(source: Path) -> dict[str, object]:
    return yaml.load(source.read_text(encoding="utf-8"), Loader=Loader)


def test_the_languages_are_these() -> None:
    assert [source.stem for source in SOURCES] == ["de", "en", "es", "fr", "ja", "ko", "pt", "zh"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_language_has_the_same_keys_in_the_same_order(source: Path) -> None:
    assert list(data_of(source)) == list(data_of(FOLDER / "en.yaml"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_source_and_compiled_agree(source: Path) -> None:
    kept = FOLDER / "compiled" / f"{source.stem}.json"
    assert kept.read_text(encoding="utf-8") == compiled(source), "run scripts/compile_data.py"


def test_the_verbs_gathered_from_all_languages_agree() -> None:
    kept = FOLDER.parent / "compiled" / "reply_verbs.json"
    assert kept.read_text(encoding="utf-8") == compiled(reply_verbs()), "run scripts/compile_data.py"


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "pt"])
def test_only_a_language_in_its_own_script_asks_without_a_mark(language: str) -> None:
    assert data_of(FOLDER / f"{language}.yaml")["question_endings"] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_lists_hold_words_and_none_twice(source: Path) -> None:
    for key, words in data_of(source).items():
        if isinstance(words, list):
            assert all(isinstance(word, str) and word == word.strip() and word for word in words), key
            assert [word for word, count in Counter(map(str.lower, words)).items() if count > 1] == [], key


def test_every_key_is_explained_in_english() -> None:
    lines = (FOLDER / "en.yaml").read_text(encoding="utf-8").splitlines()
    head = "\n".join(line for line in lines if line.startswith("#"))
    for key in data_of(FOLDER / "en.yaml"):
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{key}:"))
        assert lines[at - 1].startswith("#") or f"# {key}:" in head, key


@pytest.mark.parametrize("reply", ["片子剪好了。请点击导出。", "Die Datei liegt bereit. Klicke auf Exportieren."])
def test_a_language_is_read_when_a_reply_is_in_it(reply: str) -> None:
    program = f"""
import json
from router import ReplyRow, ReplyTable, translate
from router.replies.lexicon import reply_lexicon
table = ReplyTable((ReplyRow(("导出",), "export", 1),))
translate({reply!r}, table)
print(json.dumps(reply_lexicon.cache_info().currsize - 1))  # that of the table's phrase
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == (reply.isascii())
