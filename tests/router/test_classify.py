"""Routing: named cases of what people mean, properties that always hold, the development set as a floor."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from router import PhraseRow, RoutingTable, classify, explain

ROOT = Path(__file__).parent.parent.parent
LEXICONS = ROOT / "router" / "lexicon"
LANGUAGES = ["en", "zh", "es", "pt", "fr", "de", "it", "ja", "ko", "ru", "ar", "hi", "id", "tr", "vi", "nl", "pl", "th"]
sys.path.insert(0, str(ROOT / "scripts"))

from compile_data import form_of, witnesses  # noqa: E402 - found by the line above

DEV_SET = ROOT.parent / "shared" / "eval" / "routing-dev.jsonl"

TABLE = RoutingTable(
    rows=(
        PhraseRow(("export", "导出", "download", "send me the video"), ("export",), 41, skip_sse=True, label="Export"),
        PhraseRow(("credits", "积分", "balance", "余额"), ("credits",), 42, skip_sse=True, label="Credits"),
        PhraseRow(("status", "状态", "show tracks"), ("status",), 43, skip_sse=True, label="State"),
        PhraseRow(("upload", "上传"), ("upload",), 44, event="file", skip_sse=True, label="Upload"),
        PhraseRow(("Everything else",), ("chat",), 45, catch_all=True, skip_sse=False, label="SSE"),
    )
)

# utterance, routes, the reason it is here
CASES = [
    ("please go ahead and export", "export", "politeness is not a clause of its own"),
    ("drop the finished clip in my inbox", "export", "a verb of handing over and the finished film"),
    ("I'd love to have the final cut on my laptop", "export", "a wish to possess the result"),
    ("where do I find the finished file?", "export", "asking where it is asks for it"),
    ("give me a 20 second video about coffee", "chat", "an indefinite film with a topic is a new one"),
    ("give the last clip more energy", "chat", "the same verb, but a part of the film is its object"),
    ("dwonload it plz", "export", "two letters swapped"),
    ("we sell expert advice", "chat", "an ordinary word one letter from a trigger"),
    ("ＥＸＰＯＲＴ", "export", "full-width letters"),
    ("exporttttt", "export", "a key held down"),
    ('the title should be "Export Your Style"', "chat", "quoted words are content"),
    ("the caption should read: download now", "chat", "what follows a caption's colon is content"),
    ("add a download bar that fills up", "chat", "behind an edit everything is content"),
    ("makes our coffee export business look modern", "chat", "a trigger inside a compound"),
    ("hold off on the export for now", "chat", "a negator that is a verb"),
    ("why don't you just export it", "export", "a negation in form, a request in fact"),
    ("don't export yet, just show me the timeline", "status", "what is not negated counts alone"),
    ("my client keeps saying export it", "chat", "somebody else's words"),
    ("yesterday's export was blurry", "chat", "talk about a past one"),
    ("can you export in ProRes?", "chat", "asks what the product can do"),
    ("can you export it in ProRes?", "export", "asks for this film"),
    ("how do I export?", "chat", "asks the way"),
    ("is it free to download?", "credits", "asks the price"),
    ("are you still rendering?", "status", "asks about progress"),
    ("before we export, swap the first two photos", "chat", "what comes later is not asked now"),
    ("export it once the captions are in", "chat export", "what must be done first runs first"),
    ("send it over but first lower the volume", "chat export", "'first' moves ahead of what was said before"),
    ("send it when it's ready", "export", "a bare condition adds nothing"),
    ("is it finished? then send it to me", "status export", "a question and a consequence"),
    ("add a title, crop photo 2 and export", "chat export", "several edits are one chat"),
    ("I'll attach the logo", "upload", "the speaker announces"),
    ("add this to my project: https://example.com/clip.mov", "upload", "an address of media to bring in"),
    ("make it look like this: https://vimeo.com/12345", "chat", "an address as reference"),
    ("领导出镜的那段放最前面", "chat", "领导|出镜: the trigger lies across two words"),
    ("我们在树下载歌载舞", "chat", "树下|载歌载舞"),
    ("我马上传照片给你", "upload", "马上|传 is a real one"),
    ("幫我匯出影片", "export", "traditional characters"),
    ("可以导出4K吗", "chat", "a capability question"),
    ("能把视频发给我吗", "export", "the same form with an object is a request"),
    ("改完字幕就导出", "chat export", "serial verbs, in order"),
    ("别查积分了，把视频给我", "export", "a negation ends at its comma"),
    ("balance-moi le mp4", "export", "a false friend of balance"),
    ("baixa o volume da música", "chat", "the verb of downloading also turns things down"),
    ("まだ書き出さないで", "chat", "Japanese negates behind the verb"),
    ("タイトルを変えて書き出して", "chat export", "verb-final clauses end at their verbs"),
    ("아직 내보내지 마", "chat", "Korean negates behind the verb"),
    ("%50 indirim yazısını büyüt", "chat", "indirim is a discount, indir a download"),
    ("cho chữ xuất hiện từ từ", "chat", "xuất hiện is to appear, xuất to export"),
    ("mach die Musik leiser und exportiere dann", "chat export", "'dann' does not move anything"),
    ("music kam karo aur phir export karo", "chat export", "romanised Hindi"),
    ("export is spelled wrong in the subtitle", "chat", "a verb before a copula is a noun"),
    ("I want a video about people saving files to the cloud", "chat", "what a new film is about asks for nothing"),
    ("make a video about kites, then send it to me", "chat export", "a topic ends with its clause"),
    ("don't add anything, just export what we have", "export", "an edit that is denied is not wanted"),
    ("could you tell me if it's ready", "status", "what is to be told is asked, not supposed"),
    ("send it if it's ready", "export", "without a verb of telling it is a condition"),
    ("can I send some pictures over to you", "upload", "the receiver decides who hands over"),
    ("put www.example.com at the end", "chat", "a bare site is something to show"),
    ("the cut's fine, render it", "export", "a genitive is no verb"),
    ("agrega música y expórtalo", "chat export", "pronouns glued to a Spanish verb"),
    ("أضف موسيقى وصدّره", "chat export", "Arabic 'and' and 'it' glued to a verb"),
    ("字幕换掉了没", "status", "a Chinese edit in the form of a question about it"),
    ("改成竖屏发我", "chat export", "Chinese verbs in a row without a joint"),
    ("minta video tentang kopi", "chat", "a film without its article and with a topic is a new one"),
    ("(1) remove the logo (2) export", "chat export", "a numbered list in one line"),
    ("I'm fine with this cut, render it", "export", "behind an article an edit is a name"),
    ("I need the mp4 for the ad agency", "export", "behind a preposition and an article too"),
    ("use the mix for the ending, then export", "chat export", "an edit that governs an article stays an edit"),
    ("bake me a copy of the finished reel", "export", "any verb hands over when a receiver and the film follow"),
    ("make me a gif about snails", "chat", "unless the film is about something"),
    ("is the narration in yet?", "status", "a word of place at the end is a predicate"),
    ("put the narration in the intro", "chat", "before a name it is a preposition"),
    ("the rendering is too dark", "chat", "a copula behind its subject tells"),
    ("the knight has to download a map", "chat", "what people of the story do is not asked for"),
    ("let me find the slides and send them over", "upload", "who announces files hands them over next"),
    ("here you go, two better pictures", "upload", "names behind words of handing over"),
    ("I've got a voice memo for you", "upload", "what one has for the other is"),
    ("the export, has it finished?", "status", "a topic and a question about it"),
    ("how long is the middle part now", "status", "a measure of a part"),
    ("how long should the intro be", "chat", "advice is no state"),
    ("once the stars are in I'd like the film file", "chat export", "a wish ends a condition without a comma"),
    ("if that's fine just give me the file", "export", "so does a verb behind a filler"),
    ("we close on sunday so send me the video", "export", "what the speaker does is no edit"),
    ("sendme the vidoe", "export", "words run together"),
    ("waht clips r in teh timeline", "status", "short words people spell their own way"),
    ("ok 🏃\u200d♀️ export", "export", "what joins an emoji is no word"),
    ("what's left in the timeline", "status", "left of the film, not of the credits"),
    ("把slogan改成大写，然后导出", "chat export", "大写 writes nothing on the screen"),
    ("片尾动画放进去没", "status", "没 behind the verb asks"),
    ("片尾没放进去", "chat", "没 before the verb denies"),
    ("标题改好把片子给我", "chat export", "改好 ends a step, 把 takes up the next"),
    ("新郎的状态太僵", "chat", "the state of somebody in the film"),
    ("影片幫我丟到雲端硬碟", "export", "Taiwanese wording"),
    ("快递员把信寄给我爷爷，这段放慢", "chat", "the story's people hand over in Chinese too"),
    ("我女儿画了几张，等等传给你", "upload", "files on their way, in serial clauses"),
    ("加个旁白会多扣积分吗", "credits", "the price of an edit, not the edit"),
    ("I'd like it rendered", "export", "a wish that something be done"),
    ("once you've dimmed the lights, ship it", "chat export", "an edit that must be over first"),
    ("a lesson about downloading songs for choirs", "chat", "a verb behind a preposition is a name"),
    ("which song comes after the intro", "status", "after a place, not after a deed"),
    ("how can I get my sketches to you", "upload", "the way to hand over is asked to hand over"),
    ("give us something we can post", "export", "what one can post is a file"),
    ("give us something we can dance to", "chat", "what one can dance to is music"),
    ("my sister painted two more pictures", "upload", "who came by more files has them to give"),
    ("字幕有换掉吗", "status", "Taiwanese 有 before a verb asks whether it was done"),
    ("等我确认再导出", "chat", "what waits for leave is not asked now"),
    ("怎么把片子弄到手机上", "export", "the way to take one's own film along"),
    ("Ad for a gym: free trial, download our app", "chat", "behind the colon stands what happens in the film"),
    ("做个快递公司宣传片：下单、发货、随时查进度", "chat", "the film stands behind what it is about"),
    ("I'd like a shot of a truck with export crates", "chat", "a wished shot is about what follows"),
    ("the title still says 2023, make it 2024", "chat", "text told of ends where work is asked"),
    ("add a title that says Anna, then export it", "chat export", "text ends at a next step"),
    ("the narrator says: upload, then share, then relax", "chat", "behind a colon text goes on"),
    ("which voice is reading the intro right now", "status", "a question holds no text"),
    ("which voice sounds friendlier", "chat", "the same question asks for an opinion"),
    ("send me the mp4, but not until the dog is muted", "chat export", "not before means after"),
    ("导出吧，不过导出之前把字幕改成白色", "chat export", "what has to wait comes last"),
    ("I'm going to upload a logo; pop it in the corner", "upload chat", "a place in the film is no place for files"),
    ("could this be on my laptop by noon?", "export", "a place of one's own and a question"),
    ("I filmed this on my phone", "chat", "the same place, told about"),
    ("you'll be needing our photos, one moment", "upload", "what the hearer ought to have"),
    ("you'll want the logo bigger", "chat", "the same opening and a wish about a part"),
    ("where do I grab it?", "export", "a place to get it from"),
    ("where does she get the idea, show that", "chat", "the same verb, and a person of the story"),
    ("what we want now is the finished video", "export", "a wish turned about"),
    ("what I need is the film a bit shorter", "chat", "turned about, and a wish about the film"),
    ("I have no idea how many points survived", "credits", "not knowing is asking"),
    ("I'm not sure about exporting yet", "chat", "not knowing what to do asks for nothing"),
    ("what number of tries is in there now?", "credits", "how much is in, with no part of a film"),
    ("which part should I cut right now", "chat", "an opinion about what is in"),
    ("use https://a.example/surf.mp4 as the opening shot", "upload chat", "a place in the film is named with it"),
]


def routes(text: str, table: RoutingTable = TABLE, files: tuple[str, ...] = ()) -> str:
    return " ".join(intent.action for intent in classify(text, table, files=files))


@pytest.mark.parametrize(("text", "expected", "why"), CASES, ids=[case[0] for case in CASES])
def test_what_people_mean(text: str, expected: str, why: str) -> None:
    assert routes(text) == expected, why


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("", ("a.jpg",), "upload"),
        ("this is our office", ("a.jpg",), "upload"),
        ("animate this one", ("a.jpg",), "upload chat"),
        ("export it now", ("logo.png",), "upload export"),
        ("做个10秒的视频，做好发我", ("1.jpg", "2.jpg"), "upload chat export"),
        ("8 seconds, square", ("a.jpg",), "upload chat"),
        ("8秒，方形", ("a.jpg",), "upload chat"),
        ("the 3 photos from monday", ("a.jpg",), "upload"),
    ],
)
def test_files_come_first(text: str, files: tuple[str, ...], expected: str) -> None:
    assert routes(text, files=files) == expected


def test_the_export_part_never_reaches_the_chat() -> None:
    chat, export = classify("make it slower and then export it", TABLE)
    assert chat.text == "make it slower"
    assert "export" in export.text
    assert (chat.why.line, export.why.line) == (45, 41)
    assert "export" in export.why.words


def test_words_of_a_row_nobody_has_seen() -> None:
    publish = PhraseRow(("publish", "veröffentlichen", "发布"), ("other",), 7, label="§7 Publish")
    table = RoutingTable((publish, *TABLE.rows))
    for text in ("publish it", "Please start publishing this", "kannst du es veröffentlichen?", "帮我发布一下"):
        (intent,) = classify(text, table)
        assert (intent.action, intent.row) == ("other", publish), text
    assert routes("don't publish it yet", table) == "chat"
    assert routes('the title is "Publish or perish"', table) == "chat"
    assert routes("publish it", TABLE) == "chat"


def test_the_most_specific_row_wins() -> None:
    srt = PhraseRow(("export SRT", "get subtitle file"), ("subtitles",), 6)
    redo = PhraseRow(("regenerate", "重新生成"), ("chat",), 8, skip_sse=False)
    table = RoutingTable((srt, redo, *TABLE.rows))
    assert classify("export SRT", table)[0].row == srt
    assert classify("export the video", table)[0].row == TABLE.rows[0]
    assert classify("regenerate the second shot", table)[0].row == redo


def test_an_action_without_a_row_is_chat() -> None:
    table = RoutingTable((TABLE.rows[0], TABLE.rows[-1]))
    assert routes("how many credits do I have left?", table) == "chat"


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    intents = classify(text, TABLE)
    actions = [intent.action for intent in intents]
    assert actions
    assert len(set(actions)) == len(actions)
    assert all(part in text for intent in intents for part in intent.text.split())


@given(st.text(alphabet="导出下载 export.?！,\ud800\0\"'「」“”́️‍🙏", max_size=60))
def test_odd_characters_do_no_harm(text: str) -> None:
    assert classify(text, TABLE)


@pytest.mark.parametrize(
    "unit", ["export ", "don't ", '"', "导出", "a.b ", "and then ", "'x ", "，", "\n", "e", "https://x.y/", "é"]
)
def test_long_texts_cost_little(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    classify(text, TABLE)
    began = time.process_time()
    classify(text, TABLE)
    # a backtracking pattern or a quadratic scan would take minutes
    assert time.process_time() - began < 2


def test_every_language_file_has_every_key() -> None:
    tags = set(yaml.safe_load((LEXICONS / "frames.yaml").read_text(encoding="utf-8"))["tags"])
    found = sorted(path.stem for path in (LEXICONS / "requests").glob("*.yaml"))
    assert found == sorted(LANGUAGES)
    for language in LANGUAGES:
        data = yaml.safe_load((LEXICONS / "requests" / f"{language}.yaml").read_text(encoding="utf-8"))
        assert set(data) == {"grammar", "not_after", "not_before", "words", "ordinary"}, language
        assert set(data["words"]) == tags, language
        for tag in ("export", "sure", "credit_sure", "status_sure", "upload", "edit", "neg", "able"):
            assert data["words"][tag], (language, tag)


def test_source_and_compiled_agree() -> None:
    for folder in (LEXICONS, LEXICONS / "requests"):
        for source in folder.glob("*.yaml"):
            compiled = json.loads((folder / "compiled" / f"{source.stem}.json").read_text(encoding="utf-8"))
            assert compiled == form_of(source), source.name
    assert json.loads((LEXICONS / "compiled" / "witnesses.json").read_text(encoding="utf-8")) == witnesses()


def test_a_near_miss_names_the_words_that_stood_against_it() -> None:
    explanation = explain("don't export it yet", TABLE)
    assert [intent.action for intent in explanation.intents] == ["chat"]
    (decision,) = explanation.decisions
    assert (decision.routes, decision.rule) == ((), "negated")
    assert "don't" in decision.words
    asked = explain("download the tracks as a list", TABLE)
    assert dict(asked.decisions[0].known)["tracks"] == ("timeline",)


def test_an_explanation_covers_every_clause_and_agrees_with_the_decision() -> None:
    text = "Is it done? Then make it louder and send it to my phone"
    explanation = explain(text, TABLE)
    assert explanation.intents == classify(text, TABLE)
    assert explanation.language == "en"
    routes = [route for decision in explanation.decisions for route in decision.routes]
    assert routes == ["status", "chat", "export"]
    assert all(decision.text in text for decision in explanation.decisions)
    status = explanation.decisions[0]
    assert all(miss.route != "status" and (miss.rule or miss.lacks) for miss in status.near)


def test_the_door_resolves_lazily_and_no_module_takes_a_names_place() -> None:
    program = (
        "import sys, router\n"
        "from router import PhraseRow, RoutingTable\n"
        "router.classify('export', RoutingTable((PhraseRow((), ('chat',), 1, catch_all=True),)))\n"
        "assert not [name for name in sys.modules if name.startswith('router.repl') or name == 'router.translate']\n"
        "from router import ReplyTranslator\n"
        "assert all(not type(getattr(router, name)).__name__ == 'module' for name in router.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_one_language_loads_one_lexicon() -> None:
    program = (
        "from router import PhraseRow, RoutingTable, classify\n"
        "from router.vocabulary import vocabulary\n"
        "rows = (PhraseRow(('export', '导出'), ('export',), 1), PhraseRow((), ('chat',), 2, catch_all=True))\n"
        "classify({text!r}, RoutingTable(rows))\n"
        "print(vocabulary.cache_info().currsize)\n"
    )
    for text in ("把视频发给我", "send me the video", "скачай видео", "動画を書き出して"):
        command = [sys.executable, "-c", program.format(text=text)]
        assert subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout.strip() == b"1", text


@pytest.mark.skipif(not DEV_SET.exists(), reason="the development set is not part of the project")
def test_the_development_set_is_a_floor() -> None:
    lines = [json.loads(line) for line in DEV_SET.read_text(encoding="utf-8").splitlines() if line.strip()]
    wrong = [
        line["text"] for line in lines if routes(line["text"], files=tuple(line["files"])) != " ".join(line["routes"])
    ]
    assert len(wrong) <= len(lines) * 0.05, wrong


def test_what_asks_for_nothing_by_itself_goes_with_the_request_before_it() -> None:
    intents = classify("animate this, 3 seconds, square, and send me the video", TABLE, files=("a.jpg",))
    assert [(intent.action, intent.text) for intent in intents] == [
        ("upload", ""),
        ("chat", "animate this, 3 seconds, square"),
        ("export", "and send me the video"),
    ]
