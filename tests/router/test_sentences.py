"""Sentences, quotations and folding: what every reader of words here stands on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router import detect_language, fold, quotes, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Done. Click Export!", ["Done. ", "Click Export!"]),
        ("好了。点击导出！谢谢", ["好了。", "点击导出！", "谢谢"]),
        ("It runs 1.5 s. Saved as out.mp4 today.", ["It runs 1.5 s. ", "Saved as out.mp4 today."]),
        ("1. Open it.\n2. Close it.", ["1. Open it.\n", "2. Close it."]),
        ('He asked "is it done?" and left. Fine.', ['He asked "is it done?" and left. ', "Fine."]),
        ('She said "Go." Then it ended.', ['She said "Go." ', "Then it ended."]),
        ("A title\n**Bold** line", ["A title\n", "**Bold** line"]),
        ('好了。"下载"', ["好了。", '"下载"']),
        ("See e.g. the intro. Next.", ["See e.g. the intro. ", "Next."]),
        ("क्या हुआ? ठीक है। भेजो", ["क्या हुआ? ", "ठीक है। ", "भेजो"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [span.of(text) for span in split_sentences(text)] == sentences


@given(st.text())
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join(span.of(text) for span in split_sentences(text)) == text


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('title "Export now" please', ["Export now"]),
        ("字幕写“余额不足”和「下载」", ["余额不足", "下载"]),
        ("le slogan « prêt » et „fertig“", [" prêt ", "fertig"]),
        ("don't say 'export' in Anna's film", ["export"]),
        ("run `a.b` and ```\nx\n``` too", ["a.b", "\nx\n"]),
        ('a 12" by 10" print', []),
        ("《出口》", ["出口"]),
    ],
)
def test_quotations(text: str, inner: list[str]) -> None:
    assert [text[quote.inner_start : quote.inner_end] for quote in quotes(text)] == inner


@given(st.text(alphabet="\"'`“”„«»「」a \n"))
def test_quotations_stand_in_order_and_inside(text: str) -> None:
    end = 0
    for quote in quotes(text):
        assert end <= quote.start < quote.inner_start <= quote.inner_end < quote.end <= len(text)
        end = quote.end


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("ＥＸＰＯＲＴ", "export"), ("Straße", "strasse"), ("don’t", "don't"), ("EXPORT", "export"), ("é", "é")],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("把标题改成 Summer Vibes", "zh"),
        ("請幫我輸出影片", "zh"),
        ("タイトルを Summer にして", "ja"),
        ("제목을 바꿔줘", "ko"),
        ('add the title "夏天" at the start', "en"),
        ("merhaba, yazıyı biraz büyüt", "tr"),
        ("mujhe thoda slow chahiye", "hi"),
        ("🙏🙏", "en"),
        ("", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@given(st.text())
def test_language_is_total(text: str) -> None:
    assert detect_language(text).isalpha()
