"""What stays of a page when its GUI-speak goes: lists, headings, lines that led to it, white space."""

import pytest

from router import ReplyRow, ReplyTable, ReplyTranslator, translate

TABLE = ReplyTable((ReplyRow(("Export button",), "export", 1), ReplyRow(("open [panel]",), "state", 2)))

# (why, what the backend says, what the user reads)
PAGES = [
    (
        "a list that goes takes its lead-in along",
        "It is cut.\n\nNext steps:\n1. Open the Text panel.\n2. Click Export.\n\nIt lasts 9 s.",
        "It is cut.\n\nIt lasts 9 s.",
    ),
    ("in Chinese as well", "接下来：\n1. 打开文字面板。\n2. 点击导出。\n\n共9秒。", "共9秒。"),
    ("a lead-in keeps what it states", "The cut is done, now do this:\n- Click Export.", "The cut is done."),
    ("a statement loses its colon only", "Your film is ready:\n- Click Export.\n\nBye.", "Your film is ready.\n\nBye."),
    (
        "a lead-in stays with what stays",
        "Details:\n- Click Export.\n- Music: lo-fi",
        "Details:\n- Music: lo-fi",
    ),
    (
        "numbers close up",
        "1. Title set.\n2. Click Export.\n3. Music fades.\n4. Open the Text tab.\n5. Bye.",
        "1. Title set.\n2. Music fades.\n3. Bye.",
    ),
    (
        "another list counts for itself",
        "1. Click Export.\n\nAlso:\n1. A fade.\n2. A cut.",
        "Also:\n1. A fade.\n2. A cut.",
    ),
    ("numbers with blank lines", "1. Click Export.\n\n2. Music.\n\n3. Bye.", "1. Music.\n\n2. Bye."),
    ("an item's mark stays for its second sentence", "- Click Export. It has 9 MB.\n- Bye.", "- It has 9 MB.\n- Bye."),
    ("its number too", "1. Hello.\n2. Click Export. It has 9 MB.", "1. Hello.\n2. It has 9 MB."),
    ("a heading without text goes", "## Result\n\n9 s.\n\n## Export\n\nClick Export.\n", "## Result\n\n9 s."),
    ("a heading with text stays", "## Export\n\nClick Export.\n\nIt has 9 MB.", "## Export\n\nIt has 9 MB."),
    ("a bold heading goes", "**What to do**\n- Open the Text tab\n- Click Export", ""),
    ("named steps go with their names", "1. **Look**: Open the Text tab.\n2. **Length**: 9 s.", "1. **Length**: 9 s."),
    ("indentation stays", "- Film\n  - Click Export\n  - Music\n- Bye", "- Film\n  - Music\n- Bye"),
    ("no double spaces", "Fine. Click Export. Bye.", "Fine. Bye."),
    ("no double blank lines", "Fine.\n\nClick Export.\n\n\nBye.", "Fine.\n\nBye."),
    ("capitals are set right", "Click Export, but it stays short.", "It stays short."),
    ("code is untouched", "```\nClick Export.\n```\nFine.", "```\nClick Export.\n```\nFine."),
    ("nothing goes, nothing changes", "Steps:\n\n 3. A\n\n\n 7) B:\n", "Steps:\n\n 3. A\n\n\n 7) B:\n"),
]


@pytest.mark.parametrize(("said", "read"), [page[1:] for page in PAGES], ids=[page[0] for page in PAGES])
def test_page(said: str, read: str) -> None:
    assert translate(said, TABLE).text == read


@pytest.mark.parametrize("said", [page[1] for page in PAGES], ids=[page[0] for page in PAGES])
def test_a_page_arrives_the_same_character_by_character(said: str) -> None:
    translator = ReplyTranslator(TABLE)
    pieces = [piece for char in said for piece in translator.feed(char)]
    pieces.append(translator.close())
    assert "".join(piece.text for piece in pieces) == translate(said, TABLE).text
    assert tuple(intent for piece in pieces for intent in piece.intents) == translate(said, TABLE).intents


def test_a_lead_in_waits_one_sentence() -> None:
    translator = ReplyTranslator(TABLE)
    assert translator.feed("Details:\n- Music") == ()
    assert "".join(piece.text for piece in translator.feed(": lo-fi\n- Bye")) == "Details:\n- Music: lo-fi"
