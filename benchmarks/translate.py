"""How fast replies are translated: MB/s, and the ratio to a floor that only cuts the same bytes at full stops.

    python benchmarks/translate.py [REPLIES.jsonl]

REPLIES.jsonl: one object a line with a "text", such as a development set; without it, replies written here are used.
"instructing": every other sentence tells the reader to do something by hand, no sentence twice.
"first sight": no sentence was ever read before. "again": the reader remembers them, as with a backend's stock phrases.
"first reply": milliseconds of CPU a process pays for the language data and its first reply.
"""

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from router import ReplyRow, ReplyTable, translate
from router.replies import reader_for

TABLE = ReplyTable(
    (
        ReplyRow(("click [button]",), "click", 1),
        ReplyRow(("open [panel]",), "state", 2),
        ReplyRow(("drag/drop",), "edit", 3),
        ReplyRow(("preview in timeline",), "timeline", 4),
        ReplyRow(("Export button",), "export", 5),
        ReplyRow(("check your account",), "credits", 6),
        ReplyRow(("Upload button",), "upload", 7),
    )
)
REPLIES = (
    "Your reel is ready: 15 seconds in 9:16. Click the Export button to download it.",
    "The title moved to the lower third. If you'd like it elsewhere, drag it in the timeline.",
    "片头换成了航拍，配乐也柔和了。满意的话，请点击“导出”按钮。",
    "Die Übergänge sind weicher. Öffne das Effekt-Panel, um sie zu sehen.",
    "タイトルを入れました。タイムラインでプレビューしてください。",
)
PLAIN = (
    "The harbour shot now holds for {} seconds before the boats come in.",
    "I moved the title to the lower third and gave it a soft shadow of {} pixels.",
    "Photo {} keeps its colours, the others are a little warmer than before.",
    "- Scene {}: a child runs along the beach while the sun goes down.",
    'The caption reads "Summer {}" in white letters.',
    "Everything else stayed as it was, and the whole film runs for {} seconds.",
)
INSTRUCTING = (
    "Click the Export button to download the cut of {}.",
    "If you'd like photo {} to stay longer, drag its edge in the timeline.",
    "Open the Audio panel to see what track {} holds.",
    "To keep version {}, press the green checkmark in the top bar and wait for a moment.",
    "You can check your account page for the {} credits.",
    "Öffne das Effekt-Panel, um Übergang {} zu sehen.",
    "满意的话，请点击“导出”按钮，保存第{}版。",
    "Haz clic en el botón Exportar para descargar la toma {}.",
)
FIRST = """
from time import process_time
from router import ReplyRow, ReplyTable, ReplyTranslator, translate
import router.replies
table = ReplyTable((ReplyRow(("click [button]",), "click", 1), ReplyRow(("Export button",), "export", 2)))
began = process_time()
translate({text!r}, table)
print((process_time() - began) * 1e3)
"""
PROCESSES = 7
FULL_STOP = re.compile(r"(?<=[.!?。！？])\s*")
ROUNDS = 7


def plain_text(sentences: int = 8000) -> str:
    """Film talk without an instruction, no sentence twice."""
    chance = random.Random(7)
    lines = (chance.choice(PLAIN).format(chance.randrange(10**9)) for _ in range(sentences))
    return "".join(line + chance.choice((" ", " ", "\n", "\n\n")) for line in lines)


def instructing_text(sentences: int = 4000) -> str:
    """Film talk and GUI-speak by turns, no sentence twice."""
    chance = random.Random(11)
    lines = []
    for _ in range(sentences // 2):
        lines += [chance.choice(PLAIN), chance.choice(INSTRUCTING)]
    return "".join(line.format(chance.randrange(10**9)) + chance.choice((" ", " ", "\n", "\n\n")) for line in lines)


def first_reply_ms(text: str) -> float:
    """The language data and the first reply of a process, the best of some."""
    command = [sys.executable, "-c", FIRST.format(text=text)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(PROCESSES)]
    return min(map(float, runs))


def best_s(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """CPU seconds of the quickest of some rounds."""
    times = []
    for _ in range(ROUNDS):
        before()
        started = process_time()
        work()
        times.append(process_time() - started)
    return min(times)


def report(name: str, texts: list[str]) -> None:
    size = sum(len(text.encode()) for text in texts)
    forget = reader_for(TABLE).read.cache_clear
    floor = best_s(lambda: [FULL_STOP.split(text) for text in texts])
    first = best_s(lambda: [translate(text, TABLE) for text in texts], before=forget)
    again = best_s(lambda: [translate(text, TABLE) for text in texts])
    for label, seconds in (("first sight", first), ("again", again)):
        print(f"{name:>11}  {label:>11}  {size / seconds / 1e6:6.2f} MB/s  {seconds / floor:6.1f} x floor")


def main() -> None:
    replies = list(REPLIES)
    if len(sys.argv) > 1:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        replies = [json.loads(line)["text"] for line in lines if line.strip()]
    for text in replies:
        translate(text, TABLE)
    report("replies", replies)
    report("plain text", [plain_text()])
    report("instructing", [instructing_text()])
    for text in REPLIES:
        print(f"first reply {first_reply_ms(text):5.1f} ms  {text}")


if __name__ == "__main__":
    main()
