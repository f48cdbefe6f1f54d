"""The agent's wording is data: compiled as written, complete in each language, and free of words for buttons."""

from __future__ import annotations

import json
import re
import runpy
import string
from pathlib import Path
from typing import Any

import pytest

from api import Draft
from router import ReplyRow, ReplyTable, translate
from studio.agent import respond
from studio.model import Brief, Media

ROOT = Path(__file__).parents[2]
LEXICON = ROOT / "studio" / "agent" / "lexicon"
COMPILER = runpy.run_path(str(ROOT / "scripts" / "compile_data.py"))
SOURCES = sorted(LEXICON.glob("*.yaml"))
SPOKEN = [path.stem.partition(".")[2] for path in SOURCES if path.stem.startswith("replies.")]
HEARD = [path.stem for path in SOURCES if "." not in path.stem]
ONLY_ELSEWHERE = {"variants", "nth", "numbered", "nth_place", "front", "back", "moment", "counted_back", "softener"}
"""What only languages say that count with prefixes and suffixes."""
CLOSED = {
    "motion",
    "transition",
    "mood",
    "look",
    "position",
    "color",
    "fade",
    "pace",
    "more",
    "sort",
    "ask",
}
READ_IN_ENGLISH = {"size_word", "music_only", "takes", "particle"}
"""4k and full hd are said in English everywhere."""
OPTIONAL = {"before_last", "one", "article", "definite", "partly", "video_clip"}
"""What some languages say in another way."""
GUI = re.compile(r"\b(click|open|drag|drop|buttons?|panel|export|preview)\b|点击|打开|拖|导出|按钮|面板|预览")


def data(name: str) -> dict[str, Any]:
    return json.loads((LEXICON / "compiled" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_compiled_as_written(source: Path) -> None:
    assert (LEXICON / "compiled" / f"{source.stem}.json").read_text(encoding="utf-8") == COMPILER["compiled"](
        COMPILER["form_of"](source)
    )


def test_eight_languages_are_heard_and_spoken() -> None:
    spoken = {language for language in SPOKEN if "-" not in language}  # zh-hant is Chinese in another script
    assert spoken == set(HEARD) == {"en", "zh", "es", "fr", "de", "ja", "pt", "ko"}


@pytest.mark.parametrize("language", HEARD)
def test_a_language_hears_of_every_thing_and_value(language: str) -> None:
    english = data("en")
    for concept, values in data(language).items():
        assert concept in english or concept in ONLY_ELSEWHERE, concept
        if concept in CLOSED:
            assert set(values) <= set(english[concept]), concept
    missing = set(english) - set(data(language)) - READ_IN_ENGLISH
    assert not missing - OPTIONAL, missing


@pytest.mark.parametrize("language", SPOKEN)
def test_a_language_says_everything_with_the_same_fillings(language: str) -> None:
    english, other = data("replies.en"), data(f"replies.{language}")
    for table, entries in english.items():
        assert set(other[table]) == set(entries), table
        for key, wording in entries.items():
            assert fillings(other[table][key]) <= fillings(wording) | {"n"}, key
            assert not GUI.search(other[table][key]), key


def fillings(wording: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


# the reply table of SKILL.md, in its own words
TABLE = ReplyTable(
    (
        ReplyRow(("click [button]", "点击"), "click", None),
        ReplyRow(("open [panel]", "打开"), "state", None),
        ReplyRow(("drag/drop", "拖拽"), "edit", None),
        ReplyRow(("preview in timeline",), "timeline", None),
        ReplyRow(("Export button", "导出"), "export", None),
    )
)


@pytest.mark.parametrize("language", SPOKEN)
def test_what_the_agent_says_is_never_taken_for_gui_speak(language: str) -> None:
    for key, wording in data(f"replies.{language}")["say"].items():
        said = re.sub(r"\{\w+\}", "3", wording)
        assert translate(said, TABLE).intents == (), key


@pytest.mark.parametrize("language", HEARD)
def test_wordings_are_words(language: str) -> None:
    for concept, values in data(language).items():
        assert isinstance(values, dict), concept
        for value, wordings in values.items():
            assert isinstance(wordings, str), (concept, value)
            assert all(part.strip() for part in wordings.split("|")), (concept, value)


@pytest.mark.parametrize("language", SPOKEN)
def test_offers_are_understood_by_the_agent_itself(language: str) -> None:
    photos = tuple(Media(f"{n}", f"IMG_{n}.jpg", "image", 400, 300) for n in range(4))
    film = respond(Brief("make a 12 second video", Draft(), photos)).draft
    spoken = data(f"replies.{language}")
    for request in spoken["offer"].values():
        assert respond(Brief(request, film, photos, language=language)).draft is not film, request
    for key, step in spoken["steps"].items():
        request = step.format(seconds=30, n=3).strip("“”")
        answer = respond(Brief(request, film, photos, language=language))
        if key not in ("send", "timeline", "create"):
            assert answer.draft is not film, request
