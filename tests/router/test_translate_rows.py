"""The document's reply rows decide what a reply can trigger, in the document's own words as well."""

import pytest

from router import ReplyRow, ReplyTable, translate

TABLE = ReplyTable(
    (
        ReplyRow(("swipe left on [card]", "左滑卡片"), "edit", 1),
        ReplyRow(("arrange clips", "adjust in editor", "drag/drop"), "edit", 2),
        ReplyRow(("open [panel]", "preview in timeline"), "state", 3),
        ReplyRow(("Export button", "导出"), "export", 4),
    )
)


@pytest.mark.parametrize(
    ("said", "read", "asked"),
    [
        ("Nice. Swipe left on the blue card.", "Nice.", [("edit", False)]),
        ("Please arrange the clips by date.", "", [("edit", False)]),
        ("Arrange your clip first.", "", [("edit", False)]),
        ("You can adjust this in the editor.", "", [("edit", True)]),
        ("If it is late, swipe left on a card.", "", [("edit", True)]),
        ("请左滑卡片。", "", [("edit", False)]),
        ("把这张卡片左滑。", "", [("edit", False)]),
        # a phrase the lexicons know takes the action of its row, in all their wordings
        ("Watch the result in the timeline.", "", [("state", False)]),
    ],
)
def test_the_documents_own_phrases(said: str, read: str, asked: list[tuple[str, bool]]) -> None:
    rewrite = translate(said, TABLE)
    assert rewrite.text == read
    assert [(intent.action, intent.offered) for intent in rewrite.intents] == asked


@pytest.mark.parametrize(
    "said",
    [
        "Swipe gestures were added.",
        "I arranged the clips by date.",
        "Arrange a meeting with the mayor.",
        "Don't swipe left on the card.",
        "The guide says to arrange clips.",
        "Export button: top right.",
        "Check your account.",
        "Click Upload to add a photo.",
        "Click OK.",
    ],
)
def test_other_words_and_actions_without_a_row_stay(said: str) -> None:
    assert translate(said, TABLE) == translate(said, ReplyTable(()))
    assert translate(said, TABLE).text == said
