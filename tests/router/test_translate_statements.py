"""Instructions that are no imperatives, and those whose object was named before: in all languages, with their traps."""

import pytest

from router import ReplyRow, ReplyTable, ReplyTranslator, translate

ACTIONS = ("export", "state", "edit", "timeline", "credits", "upload", "click")
TABLE = ReplyTable(tuple(ReplyRow((action,), action, line) for line, action in enumerate(ACTIONS, 1)))

# (why, what the backend says, what the user reads, the action, whether it is only offered)
CASES = [
    (
        "what can be done is an offer",
        "9 s. The Export button can be clicked whenever you like.",
        "9 s.",
        "export",
        True,
    ),
    (
        "what should be done is asked",
        "The clip should be dragged to the start. It is long.",
        "It is long.",
        "edit",
        False,
    ),
    ("'once more' is no condition", "The Confirm button must be pressed once more.", "", "click", False),
    ("German, verb at the end", "Der Clip muss noch an den Anfang gezogen werden.", "", "edit", False),
    ("German, by itself", "Das Effekte-Panel lässt sich jederzeit öffnen.", "", "state", True),
    ("French, modal passive", "Le panneau Effets peut être ouvert pour comparer.", "", "state", True),
    ("Spanish, reflexive", "El botón Exportar se puede pulsar cuando quieras.", "", "export", True),
    ("Spanish, reflexive infinitive", "El clip debe arrastrarse al principio.", "", "edit", False),
    ("Portuguese, modal passive", "O painel Efeitos pode ser aberto para comparar.", "", "state", True),
    ("Chinese, the topic is the object", "导出按钮随时可以点。", "", "export", True),
    ("Japanese, potential form", "書き出しボタンはいつでも押せます。", "", "export", True),
    ("a click as a noun", "All that's missing is a tap on the Export button.", "", "export", False),
    ("a click without a verb", "9 s.\n\nNext step: a click on **Apply**.", "9 s.", "click", False),
    ("German, a click is needed", "Zum Fortfahren ist ein Klick auf „Weiter“ nötig.", "", "click", False),
    ("French, 'ne … que' denies nothing", "Il ne manque plus qu'un clic sur le bouton Exporter.", "", "export", False),
    ("where the button is", "9 s. Export button's top right 👍", "9 s.", "export", False),
    ("a verb that is a button's name", "9 s. Export via the **Export** button.", "9 s.", "export", False),
    (
        "a pronoun for the panel",
        "The harp is in the Music tab. Please open it.",
        "The harp is in the Music tab.",
        "state",
        False,
    ),
    (
        "a button that is only located goes",
        "9 s. The Export button is at the top; just click it.",
        "9 s.",
        "export",
        False,
    ),
    (
        "a relative clause",
        "Die Pegel stehen im Tab „Ton“, den Sie bitte öffnen.",
        "Die Pegel stehen im Tab „Ton“.",
        "state",
        False,
    ),
    ("Chinese, no pronoun at all", "导出按钮在右上角，请点一下。", "", "export", False),
    (
        "Korean, no pronoun at all",
        "음량은 오디오 패널에 있습니다. 열어 주세요.",
        "음량은 오디오 패널에 있습니다.",
        "state",
        False,
    ),
    ("moving by hand as the means", "It's possible to reorder the photos by dragging them.", "", "edit", True),
    ("German, the means in a second clause", "Es ist möglich, die Fotos durch Ziehen neu zu ordnen.", "", "edit", True),
    ("a polite condition is none", "It would be great if you clicked Export.", "", "export", False),
    ("thanks make a condition polite", "If you could press Continue, that would be great.", "", "click", False),
    ("German, a polite condition", "Es wäre toll, wenn du auf Exportieren klicken würdest.", "", "export", False),
    ("Portuguese, a polite condition", "Seria ótimo se você clicasse em Exportar.", "", "export", False),
    ("Korean, thanks behind the verb", "아래 버튼을 눌러 주시면 감사하겠습니다.", "", "click", False),
    ("Japanese, happiness behind the verb", "「続ける」を押していただけますと幸いです。", "", "click", False),
    ("Japanese, an invitation beside it", "よろしければ「続ける」を押していただけますと幸いです。", "", "click", True),
    ("an unknown verb with a button as its means", "9 s. Grab it with the Download button.", "9 s.", "export", False),
    ("a button that is there when needed", "9 s. The Export button is there when you need it.", "9 s.", "export", True),
    ("opening as the means", "You can change it by opening the Text panel.", "", "state", True),
    ("Spanish, a verb that carries its object", "Añádelo con el botón Subir.", "", "upload", False),
    (
        "Japanese, the control beside its name",
        "画面の上のダウンロードアイコンをタップしてください。",
        "",
        "export",
        False,
    ),
    ("German, a condition behind its comma", "Drück auf Exportieren, sobald du so weit bist.", "", "export", True),
    ("a place to do more", "Visit the Takes library, where you can compare them.", "", "state", False),
    ("an actor owns what is moved", "Grandma's photo should be dragged to the end.", "", "edit", False),
    ("a request is never told of others", "猫の写真を最後にドラッグしてください。", "", "edit", False),
]
SEVERAL = [
    (
        "open it and drag",
        "It is in the Media panel: open it and drag the clip to track 1.",
        [("state", False), ("edit", False)],
    ),
    ("Korean, linked verbs", "텍스트 패널을 열고 적용을 클릭하세요.", [("state", False), ("click", False)]),
    (
        "Korean, the last mood counts",
        "텍스트 패널을 열고 적용을 클릭하셔도 됩니다.",
        [("state", True), ("click", True)],
    ),
    ("Korean, the last negation counts", "텍스트 패널을 열고 적용을 누를 필요는 없습니다.", []),
    (
        "Korean, a condition of the last verb alone",
        "타임라인에서 미리 보시고, 마음에 드시면 내보내기를 클릭하세요.",
        [("timeline", False), ("export", True)],
    ),
    ("Japanese, linked verbs", "パネルを開いて「適用」をクリックしてください。", [("state", False), ("click", False)]),
]
CONTENT = [
    ("a robot presses it", "In scene 2 the red button is pressed by a robot hand."),
    ("a report in the passive", "The clip was dragged to the start."),
    ("a drawer of a kitchen", "The kitchen drawer can be opened in the second shot."),
    ("credits are used", "Your credits can be used for 4K films."),
    ("a click that is heard", "The music starts with a click on a wooden block."),
    ("no click is needed", "No click on the Export button is needed."),
    ("a button on a poster", "The Download button is at the top right of the poster, in yellow."),
    ("a box of a story", "A box lies on the table. She wants to open it."),
    ("what a film shows", "Your film shows the new till: press the green key, open the drawer, click OK."),
    ("words on a slide", "Text on the last slide: download the menu, visit our page."),
    ("what stands on a picture", "On the last frame: tap the link, visit our page, taste the difference."),
    ("a recipe", "Step 3 of the recipe: open the tin, drop the beans into the pan."),
    ("Japanese, the end tells what was done", "タイトルを少し下にドラッグし、隙間を詰めておきました。"),
    ("Korean, the end tells what was done", "제목을 조금 아래로 드래그하고 틈을 닫아 두었습니다."),
    ("a button of a coat", "The button on her coat could be pressed flat in post."),
    ("what must be moved is no clip of a timeline", "The voice has to be placed in front of the music, which I did."),
    ("Chinese, asking whether to", "要我把标题往下拖一点，还是把音乐调低？"),
    ("Japanese, asking whether to", "タイトルを下にドラッグしましょうか。"),
    ("Korean, asking whether to", "제목을 아래로 드래그할까요?"),
    ("the same in German", "Dein Film zeigt die Kasse: die Taste drücken, die Schublade öffnen, OK klicken."),
    ("the same in Portuguese, no French in it", "O vídeo mostra o caixa: aperte a tecla, abra a gaveta, clique em OK."),
    ("the same in Chinese", "培训片展示新收银机：按下绿色键，打开抽屉，点击确定。"),
    ("a setting in front", "片中外公打开收音机，把藤椅拖到树荫下。"),
    ("a button is pressed", "按钮被按下后，灯就亮了。"),
    ("Japanese, others act", "劇中でおじいさんがラジオを開いて、椅子を木陰にドラッグします。"),
    ("Korean, others act", "영상 속 할아버지가 라디오를 열고 의자를 그늘로 드래그해 옮깁니다."),
]


@pytest.mark.parametrize(
    ("said", "read", "action", "offered"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_statement(said: str, read: str, action: str, offered: bool) -> None:
    rewrite = translate(said, TABLE)
    assert rewrite.text == read
    assert [(intent.action, intent.offered) for intent in rewrite.intents] == [(action, offered)]


@pytest.mark.parametrize(("said", "asked"), [case[1:] for case in SEVERAL], ids=[case[0] for case in SEVERAL])
def test_several(said: str, asked: list[tuple[str, bool]]) -> None:
    assert [(intent.action, intent.offered) for intent in translate(said, TABLE).intents] == asked


@pytest.mark.parametrize("said", [case[1] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_content(said: str) -> None:
    rewrite = translate(said, TABLE)
    assert rewrite.text == said
    assert rewrite.intents == ()


FACTS = [
    (
        "a measure and a title are no part of the instruction",
        'To get the MP4 (42 MB), use the Download button next to the title "Dusk".',
        'This is about the MP4 (42 MB), the title "Dusk".',
    ),
    (
        "the name of a style",
        '9 s.\n- Click Apply on the "Bold Serif" style',
        '9 s.\n- This is about the "Bold Serif" style.',
    ),
    ("German", "Für das MP4 (42 MB) klicke auf Exportieren.", "Es geht um: das MP4 (42 MB)."),
    ("Chinese", "请点击导出按钮下载成片（42MB）。", "相关内容：下载成片（42MB）。"),
    ("a control's name is none", 'Click "Save as" in the "Export" menu.', ""),
    ("a panel's name is none", "请打开“音频”面板。", ""),
    ("an edit takes its words along", 'Drag the photo "Dusk" (4 s) to the end.', ""),
]


@pytest.mark.parametrize(("said", "read"), [case[1:] for case in FACTS], ids=[case[0] for case in FACTS])
def test_facts_told_by_the_way_stay(said: str, read: str) -> None:
    assert translate(said, TABLE).text == read


SAID = [case[1] for case in (*CASES, *SEVERAL, *CONTENT, *FACTS)]


@pytest.mark.parametrize("said", SAID)
def test_it_arrives_the_same_character_by_character(said: str) -> None:
    translator = ReplyTranslator(TABLE)
    pieces = [piece for char in said for piece in translator.feed(char)]
    pieces.append(translator.close())
    whole = translate(said, TABLE)
    assert "".join(piece.text for piece in pieces) == whole.text
    assert tuple(intent for piece in pieces for intent in piece.intents) == whole.intents
