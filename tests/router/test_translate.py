"""What the translator makes of a backend that believes its user sits at an editor."""

import json
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router import ReplyRow, ReplyTable, ReplyTranslator, Rewrite, translate

ACTIONS = ("export", "state", "edit", "timeline", "credits", "upload", "click")
TABLE = ReplyTable(tuple(ReplyRow((action,), action, line) for line, action in enumerate(ACTIONS, 1)))
DEV_SET = Path(__file__).parents[3] / "shared/eval/translation-dev.jsonl"


def split(rewrite: Rewrite) -> tuple[list[str], list[str]]:
    """Actions to run and actions to offer, each once; what runs is not offered as well."""
    run = list(dict.fromkeys(intent.action for intent in rewrite.intents if not intent.offered))
    offered = dict.fromkeys(intent.action for intent in rewrite.intents if intent.offered)
    return run, [action for action in offered if action not in run]


# (why, what the backend says, what the user reads, what runs, what is offered)
CASES = [
    ("an instruction goes", "Ready. Click the Export button.", "Ready.", ["export"], []),
    ("the control may be quoted", 'A gap. Tap "Undo" to close it.', "A gap.", ["edit"], []),
    ("the control may be bold", "Set. Press **OK**.", "Set.", ["click"], []),
    ("a condition in front offers", "If you like it, hit Download.", "", [], ["export"]),
    ("a condition behind offers", "Drag it elsewhere if you'd prefer.", "", [], ["edit"]),
    ("an invitation offers", "You can open the Audio panel to hear more.", "", [], ["state"]),
    ("a question before offers", "Happy with it? Click Export.", "Happy with it?", [], ["export"]),
    ("a purpose is no condition", "To get the file, click Export.", "", ["export"], []),
    ("'see if' is no condition", "Open the Text panel to see if it fits.", "", ["state"], []),
    (
        "a condition governs only what follows",
        "Open the library, and if it suits you, click Export.",
        "",
        ["state"],
        ["export"],
    ),
    (
        "two instructions, one sentence",
        "Preview it in the timeline, then click Export.",
        "",
        ["timeline", "export"],
        [],
    ),
    ("content in the same sentence stays", "Your film is done, so click Export.", "Your film is done.", ["export"], []),
    ("content behind stays", "Hit Export and I'll render it in 1080p.", "I'll render it in 1080p.", ["export"], []),
    ("a negated instruction is content", "No need to click Export yet.", "No need to click Export yet.", [], []),
    ("a report is content", "I dragged the music to 0:05.", "I dragged the music to 0:05.", [], []),
    ("a caption is content", 'It reads "Click the Export button".', 'It reads "Click the Export button".', [], []),
    ("a sound is content", "Click track added at 120 BPM.", "Click track added at 120 BPM.", [], []),
    ("a door is no panel", "Open the door slowly, says the script.", "Open the door slowly, says the script.", [], []),
    ("what the film shows is content", "Confetti drops from the top.", "Confetti drops from the top.", [], []),
    ("a feature list is content", "- drag-and-drop builder\n- open API", "- drag-and-drop builder\n- open API", [], []),
    (
        "items that instruct vanish whole",
        "Next:\n1. Open the Text tab.\n2. Click Export.\n\nBye.",
        "Bye.",
        ["state", "export"],
        [],
    ),
    ("the account is the balance", "It cost 8. Check your billing page.", "It cost 8.", ["credits"], []),
    ("an upload button", "Two are missing. Click Upload to add them.", "Two are missing.", ["upload"], []),
    ("Chinese, plain", "做好了。请点击“导出”按钮下载。", "做好了。", ["export"], []),
    ("Chinese, traditional", "做好了。請點擊匯出按鈕。", "做好了。", ["export"], []),
    ("Chinese, half a sentence", "节奏偏慢，请把它拖拽到片头。", "节奏偏慢。", ["edit"], []),
    ("Chinese, offered", "满意的话，可以点击导出。", "", [], ["export"]),
    ("Chinese, a word inside words", "雨点击打窗户，光线引导出轮廓。", "雨点击打窗户，光线引导出轮廓。", [], []),
    ("Spanish", "Listo. Haz clic en Exportar.", "Listo.", ["export"], []),
    ("French", "C'est prêt. Ouvrez le panneau Audio.", "C'est prêt.", ["state"], []),
    ("German", "Fertig. Klicke auf den Export-Button.", "Fertig.", ["export"], []),
    ("German, verb at the end", "Du kannst das Farb-Panel öffnen.", "", [], ["state"]),
    ("Portuguese", "Pronto. Arraste a foto para o fim.", "Pronto.", ["edit"], []),
    ("Japanese", "完成しました。書き出しボタンを押してください。", "完成しました。", ["export"], []),
    ("weak verb, named button", "Set. Choose Export from the menu.", "Set.", ["export"], []),
    ("a weak verb alone is content", "Use the second take.", "Use the second take.", [], []),
    ("an emoji ends a clause", "All set 🎉 hit Download 🚀", "All set 🎉", ["export"], []),
    ("any question invites", "Not quite it? Press Undo.", "Not quite it?", [], ["edit"]),
    ("a wish governs what follows", "If you'd like to see the layers, click Next.", "", [], ["click"]),
    ("a condition without comma", "If you like it click Save.", "", [], ["export"]),
    ("'once you click' is a condition", "Once you click Export, I'll start.", "I'll start.", [], ["export"]),
    (
        "an invitation reaches its neighbours",
        "You can open the Text panel, drag the title up.",
        "",
        [],
        ["state", "edit"],
    ),
    ("go ahead and", "It fits. Go ahead and hit Save.", "It fits.", ["export"], []),
    ("a button as the means", "Add the logo. Upload it with the Upload button.", "Add the logo.", ["upload"], []),
    ("a tab that is clicked", "Muted. Click the Mixer tab.", "Muted.", ["state"], []),
    ("playing in the timeline is looking", "New cut. Hit play in the timeline.", "New cut.", ["timeline"], []),
    ("what prepares goes as well", "Select the gap and press Delete.", "", ["edit"], []),
    (
        "others act in a film",
        "Two kids run in and press the red button.",
        "Two kids run in and press the red button.",
        [],
        [],
    ),
    ("words to be shown", "The card reads: click the link below.", "The card reads: click the link below.", [], []),
    (
        "a script is content to its end",
        "Voiceover:\n1. Open the Export panel.\n2. Click OK.\n\nClick Save.",
        "Voiceover:\n1. Open the Export panel.\n2. Click OK.",
        ["export"],
        [],
    ),
    ("a noun that looks like a verb", "Use of the export button was cut.", "Use of the export button was cut.", [], []),
    ("a compound adjective", "- drag-and-drop demo", "- drag-and-drop demo", [], []),
    ("recipes move things too", "Put the flour in a bowl.", "Put the flour in a bowl.", [], []),
    ("a label is not content", "Tip: click Export.", "", ["export"], []),
    ("an answer is still wanted", "Click Export or tell me what to change.", "Tell me what to change.", ["export"], []),
    ("brackets stay in pairs", "It is short (9 s), so click Save.", "It is short (9 s).", ["export"], []),
    ("an instruction in brackets", "It is ready (click Save).", "It is ready.", ["export"], []),
    ("emphasis stays in pairs", "**Cut done, click Save.**", "Cut done.", ["export"], []),
    (
        "no question remains of a statement",
        "It is in place; want to click Save?",
        "It is in place; want to click Save?",
        [],
        [],
    ),
    ("Chinese, after a state", "配乐好了。确认无误后点击保存。", "配乐好了。", [], ["export"]),
    ("Chinese, topic first", "更多字体可以在文字面板中查看。", "", [], ["state"]),
    ("Chinese, others act", "她打开手机，点击按钮。", "她打开手机，点击按钮。", [], []),
    ("Chinese, a list of topics", "教程讲点击、拖拽和导出。", "教程讲点击、拖拽和导出。", [], []),
    ("Chinese, tractors", "拖拉机开过田野。", "拖拉机开过田野。", [], []),
    ("Chinese, reading a caption out", "字幕：点击下方按钮。", "字幕：点击下方按钮。", [], []),
    ("Spanish, pronoun at the verb", "Mejor así. Muévelo al final.", "Mejor así.", ["edit"], []),
    ("Spanish, offered", "Si te gusta, pulsa Guardar.", "", [], ["export"]),
    ("Spanish, others act", "Ella pulsa el botón.", "Ella pulsa el botón.", [], []),
    ("French, pronoun at the verb", "Trop haut. Déplacez-le vers le bas.", "Trop haut.", ["edit"], []),
    ("French, negated", "Inutile de cliquer sur Exporter.", "Inutile de cliquer sur Exporter.", [], []),
    ("German, place first", "Zum Sichern klicke auf „Speichern“.", "", ["export"], []),
    ("German, negated", "Du musst nicht auf Export klicken.", "Du musst nicht auf Export klicken.", [], []),
    ("Portuguese, pronoun at the verb", "Se preferir, mova-o para baixo.", "", [], ["edit"]),
    ("Portuguese, button last", "Pronto. Use o botão Baixar.", "Pronto.", ["export"], []),
    ("Japanese, offered by its verb", "音声パネルで確認できます。", "", [], ["state"]),
    ("Japanese, a condition", "気に入ったら「保存」を押してください。", "", [], ["export"]),
    ("Japanese, negated", "保存ボタンを押す必要はありません。", "保存ボタンを押す必要はありません。", [], []),
    ("Japanese, others act", "少女がボタンを押すと光ります。", "少女がボタンを押すと光ります。", [], []),
    ("Korean, offered by its verb", "색상 패널에서 확인하실 수 있습니다.", "", [], ["state"]),
    ("Korean, negated", "저장 버튼을 누르지 않아도 됩니다.", "저장 버튼을 누르지 않아도 됩니다.", [], []),
    ("Korean", "완성됐어요. 타임라인에서 미리 보세요.", "완성됐어요.", ["timeline"], []),
]


@pytest.mark.parametrize(
    ("said", "read", "run", "offered"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_case(said: str, read: str, run: list[str], offered: list[str]) -> None:
    rewrite = translate(said, TABLE)
    assert rewrite.text == read
    assert split(rewrite) == (run, offered)


def test_an_intent_knows_its_place_its_words_and_its_control() -> None:
    said = "Fine. Now click “Continue”, please."
    (intent,) = translate(said, TABLE).intents
    assert said[slice(*intent.span)].strip(" ,") == intent.instruction == "Now click “Continue”"
    assert intent.label == "Continue"


def test_only_the_actions_of_the_document_exist() -> None:
    said = "Check your billing page. Click Export."
    only_export = ReplyTable((ReplyRow(("Export button",), "export", 1),))
    rewrite = translate(said, only_export)
    assert [intent.action for intent in rewrite.intents] == ["export"]
    assert rewrite.text == "Check your billing page."


def test_a_sentence_leaves_as_soon_as_the_next_has_begun() -> None:
    translator = ReplyTranslator(TABLE)
    assert translator.feed("First part. ") == ()
    assert [piece.text for piece in translator.feed("Second")] == ["First part."]
    assert translator.close().text == " Second"


def streamed(text: str, cuts: list[int]) -> Rewrite:
    translator = ReplyTranslator(TABLE)
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    pieces = [piece for a, b in pairwise(places) for piece in translator.feed(text[a:b])]
    pieces.append(translator.close())
    return Rewrite("".join(p.text for p in pieces), tuple(i for p in pieces for i in p.intents))


FRAGMENTS = st.sampled_from(
    [case[1] for case in CASES]
    + [
        "Hello.",
        '"',
        "'",
        "“open",
        "\n\n",
        "- ",
        "1. ",
        "e.g. ",
        "0:05",
        "don't ",
        "`x`",
        "**b**",
        "。",
        " ",
        "?",
        "Want it?",
        "The Export button is up here. ",
        "Click it. ",
        "Please open it: ",
        "）",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=8).map("".join), st.lists(st.integers(0, 10_000), max_size=6))
def test_any_chunking_gives_the_same_result(text: str, cuts: list[int]) -> None:
    assert streamed(text, cuts) == translate(text, TABLE)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_nothing_raises_and_text_without_instructions_is_untouched(text: str) -> None:
    rewrite = translate(text, TABLE)
    if not rewrite.intents:
        assert rewrite.text == text


UNITS = [
    "click the ",
    '"',
    "if you like, ",
    "请把",
    "and then ",
    "- open ",
    "'",
    "a-",
    "a.",
    "\n",
    "Next:\n",
    "# A\n",
    "```",
]


@pytest.mark.parametrize("unit", UNITS)
def test_a_hundred_kilobytes_of_anything_is_quick(unit: str) -> None:
    """Eight times the text takes about eight times the time, whole or in chunks; a quadratic reader takes 64 times."""
    small, large = (seconds_for(unit * (size // len(unit))) for size in (12_500, 100_000))
    assert large < 24 * small + 0.1


def seconds_for(text: str) -> float:
    started = process_time()
    translate(text, TABLE)
    streamed(text, list(range(0, len(text), 500)))
    return process_time() - started


@pytest.mark.skipif(not DEV_SET.exists(), reason="the development set is not part of the project")
def test_the_development_set_stays_above_its_floor() -> None:
    records = [json.loads(line) for line in DEV_SET.read_text(encoding="utf-8").splitlines()]
    right = unasked = 0
    for record in records:
        rewrite = translate(record["text"], TABLE)
        same = split(rewrite) == (record["actions"], record["offered"])
        kept = all(words in rewrite.text for words in record["must_keep"])
        gone = not any(words.casefold() in rewrite.text.casefold() for words in record["must_not_contain"])
        right += same and kept and gone and (record["kind"] != "trap" or rewrite.text == record["text"])
        unasked += record["kind"] == "trap" and bool(rewrite.intents)
    assert right / len(records) >= 0.96
    assert unasked == 0
