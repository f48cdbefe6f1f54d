"""Places films are shown at: one table, heard by the agent in every language and known to the engine by name."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from api import Draft
from studio import platform_size
from studio.agent import respond
from studio.model import Brief, Media
from studio.platforms import platforms

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "studio" / "data" / "platforms.yaml"
COMPILER = runpy.run_path(str(ROOT / "scripts" / "compile_data.py"))
PHOTOS = tuple(Media(f"{n:064x}", f"IMG_{n}.jpg", "image", 4000, 3000) for n in range(4))
VERTICAL, WIDE, SQUARE = (1080, 1920), (1920, 1080), (1080, 1080)


def film_for(words: str, language: str = "en") -> Draft:
    return respond(Brief(words, Draft(), PHOTOS, language=language)).draft


def test_compiled_as_written() -> None:
    compiled = SOURCE.parent / "compiled" / "platforms.json"
    assert compiled.read_text(encoding="utf-8") == COMPILER["compiled"](COMPILER["form_of"](SOURCE))


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("a video for Instagram Reels", VERTICAL),
        ("make a TikTok", VERTICAL),
        ("a YouTube Short of these", VERTICAL),
        ("make it for my Instagram story", VERTICAL),
        ("a video for Facebook stories", VERTICAL),
        ("for snapchat please, make a video", VERTICAL),
        ("make a video for my whatsapp status", VERTICAL),
        ("make a video for Pinterest", (1080, 1620)),
        ("make a Pinterest idea pin", VERTICAL),
        ("make a YouTube video", WIDE),
        ("a vimeo film", WIDE),
        ("make a video for twitter", WIDE),
        ("a film for the tv", WIDE),
        ("a video for my pitch deck", WIDE),
        ("make a LinkedIn video", SQUARE),
        ("make an Instagram carousel video", SQUARE),
        ("make an Instagram post", (1080, 1350)),
        ("a video for the Facebook feed", (1080, 1350)),
        ("a video for instagram", VERTICAL),
        ("make a square video for instagram", SQUARE),
        ("make a 4k youtube video", (3840, 2160)),
    ],
)
def test_each_place_has_its_frame(words: str, size: tuple[int, int]) -> None:
    film = film_for(words)
    assert (film.meta.width, film.meta.height) == size


@pytest.mark.parametrize(
    ("language", "words", "size"),
    [
        ("zh", "做个抖音视频", VERTICAL),
        ("zh", "做个发小红书的视频", VERTICAL),
        ("zh", "做一个b站视频", WIDE),
        ("zh", "做个微博视频", (1080, 1350)),
        ("zh", "做个投影仪上放的视频", WIDE),
        ("zh", "做个领英视频", SQUARE),
        ("zh", "做个朋友圈视频", VERTICAL),
        ("zh", "做一个全息投影用的视频, 竖屏", VERTICAL),
        ("es", "haz un vídeo para historias de Instagram", VERTICAL),
        ("es", "un vídeo para la tele", WIDE),
        ("fr", "fais une vidéo pour la télévision", WIDE),
        ("fr", "fais une story Instagram", VERTICAL),
        ("de", "mach ein Video für den Beamer", WIDE),
        ("de", "mach ein Video für LinkedIn", SQUARE),
        ("ja", "リール用の動画を作って", VERTICAL),
        ("ja", "ピンタレスト用の動画を作って", (1080, 1620)),
        ("pt", "faz um vídeo para o feed do Instagram", (1080, 1350)),
        ("pt", "faz um vídeo para os stories do Instagram", VERTICAL),
        ("ko", "유튜브 쇼츠 영상 만들어줘", VERTICAL),
        ("ko", "링크드인용 영상 만들어줘", SQUARE),
    ],
)
def test_places_are_known_by_their_names_in_every_language(language: str, words: str, size: tuple[int, int]) -> None:
    film = film_for(words, language)
    assert (film.meta.width, film.meta.height) == size


@pytest.mark.parametrize("key", platforms())
def test_every_place_is_heard_by_each_of_its_names(key: str) -> None:
    place = platforms()[key]
    for language, wordings in place.said.items():
        for wording in wordings.split("|"):
            if "{" not in wording:
                film = film_for(f"12s, {wording.strip()}", language)
                across, down = film.meta.width or 0, film.meta.height or 0
                assert across * place.height == down * place.width, (language, wording)


def test_a_film_too_long_for_its_place_is_told() -> None:
    told = respond(Brief("a 90 second video for my Instagram story", Draft(), PHOTOS)).text
    assert "On Instagram Stories, films are usually 1 min at most" in told
    assert "at most" not in respond(Brief("a 45 second video for my Instagram story", Draft(), PHOTOS)).text


def test_the_engine_knows_places_by_key_and_by_name() -> None:
    assert platform_size("tiktok") == platform_size("TikTok") == VERTICAL
    assert platform_size("YouTube Shorts") == VERTICAL
    assert platform_size("抖音") == VERTICAL
    assert platform_size("nowhere") is None
