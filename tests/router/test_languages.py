"""What people mean in languages other than English and Chinese: one case for each thing a language does its own way."""

import pytest

from router import PhraseRow, RoutingTable, classify

TABLE = RoutingTable(
    (
        PhraseRow(("export", "download"), ("export",), 1),
        PhraseRow(("credits", "balance"), ("credits",), 2),
        PhraseRow(("status",), ("status",), 3),
        PhraseRow(("upload",), ("upload",), 4, event="file"),
        PhraseRow((), ("chat",), 5, catch_all=True),
    )
)

# utterance, routes, the reason it is here
CASES = [
    ("baja la música un poco", "chat", "a verb of downloading with a part of the film turns it down"),
    ("bájame el videíto al celu porfa", "export", "the same verb with the film, a diminutive and a clipped place"),
    ("sesi biraz indir", "chat", "Turkish indir turns the sound down"),
    ("vidyoyu telefonuma indir", "export", "and downloads what is a film"),
    ("音量落として", "chat", "Japanese 落とす does both as well"),
    (
        "dışa aktar ama önce müziği kıs",
        "chat export",
        "önce with nothing before it says 'first', else it closes 'before'",
    ),
    ("corrigez d'abord la faute, puis envoyez-moi le film", "chat export", "'first' behind its verb"),
    ("je souhaite récupérer le fichier, mais corrigez d'abord la faute", "chat export", "and moving its clause ahead"),
    (
        "хочу, чтобы видео было у меня на телефоне",
        "export",
        "what is wanted stands behind a comma, in a clause of its own",
    ),
    ("cosa? scarica pacchi da un furgone", "chat", "cargo is unloaded, not downloaded"),
    ("un señor bajando cajas de un camión", "chat", "a scene, though the verb downloads"),
    ("크레딧은 됐고 영상이나 줘", "export", "a Korean ending that sets its clause aside"),
    ("보내지 말고 지금 상태만 알려줘", "status", "what is asked follows the negation in the same breath"),
    ("타임라인 보여주고 두번째 클립 지워줘", "status chat", "a verb that shows joined to the next by its ending"),
    (
        "인트로 줄이고 파일 줘",
        "chat export",
        "a verb of giving behind another is none of its own, unless it names the film",
    ),
    ("no hace falta que lo mandes dime cómo va", "status", "dictation has no comma before what is asked instead"),
    ("Passt alles, schick rüber", "export", "a phrase without a gap wins over the same with one"),
    ("tu peux telecharger la video", "export", "a word that opens phrases keeps its meaning without its accents"),
    ("¿me alcanza con lo que tengo o tengo que recargar?", "credits", "whether what one has will do"),
    ("bilgisayarıma nasıl indiririm bunu?", "export", "asking the way to one's own place is asking for the film"),
    ("tu peux exporter en gif ?", "chat", "a format without a film asks what can be done"),
    ("fais une pub pour notre exportation de fromage", "chat", "a trade, not a file"),
    ("mein Chef meint exportieren", "chat", "somebody else said so"),
    ("vai me custar quanto?", "credits", "a price in words without the noun"),
    ("sono arrivate le mie foto?", "status", "asks what has come, sends nothing"),
    ("ti mando subito le foto", "upload", "announced, not asked for"),
    ("أريد الفيديو على جوالي", "export", "a wish and a place"),
    ("bas ho gaya, ab mujhe video de do", "export", "'that will do' asks for no state"),
    ("ไม่ต้องส่งนะ บอกแค่ว่าถึงไหนแล้ว", "status", "Thai puts a space where others put a comma"),
    (
        "haal die piep eruit en stuur m dan door",
        "chat export",
        "Dutch verbs in two parts, pronouns without their apostrophe",
    ),
    ("ทำเป็นขาวดำแล้วส่งออก", "chat export", "Thai sara am is read in two letters, so the lexicon is as well"),
    ("¿qué música me aconsejas para el baile?", "chat", "advice asked for, not what is in there"),
    ("ahora mismo te envío las de la playa", "upload", "who hands what to whom is in the pronoun"),
    ("le gamin exporte des billes au marché", "chat", "what people of the story do is not asked for"),
    ("wie krieg ich den Film auf mein Tablet", "export", "the way to a place of one's own"),
    ("ogni ritocco mi mangia crediti, vero?", "credits", "what each change costs: the edit is a name there"),
]


@pytest.mark.parametrize(("text", "expected", "why"), CASES, ids=[case[0] for case in CASES])
def test_what_people_mean_in_their_own_language(text: str, expected: str, why: str) -> None:
    assert " ".join(intent.action for intent in classify(text, TABLE)) == expected, why
