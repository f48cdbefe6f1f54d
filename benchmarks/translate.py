"""How fast replies are translated: MB/s, and the ratio to a floor that only cuts the same bytes at full stops.

    python benchmarks/translate.py [REPLIES.jsonl]

REPLIES.jsonl: one object a line with a "text", such as a development set; without it, replies written here are used.
"first sight": no sentence was ever read before. "again": the reader remembers them, as with a backend's stock phrases.
"""

import json
import random
import re
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
FULL_STOP = re.compile(r"(?<=[.!?。！？])\s*")
ROUNDS = 7


def plain_text(sentences: int = 8000) -> str:
    """Film talk without an instruction, no sentence twice."""
    chance = random.Random(7)
    lines = (chance.choice(PLAIN).format(chance.randrange(10**9)) for _ in range(sentences))
    return "".join(line + chance.choice((" ", " ", "\n", "\n\n")) for line in lines)


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
        print(f"{name:>10}  {label:>11}  {size / seconds / 1e6:6.2f} MB/s  {seconds / floor:6.1f} x floor")


def main() -> None:
    replies = list(REPLIES)
    if len(sys.argv) > 1:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        replies = [json.loads(line)["text"] for line in lines if line.strip()]
    for text in replies:
        translate(text, TABLE)
    report("replies", replies)
    report("plain text", [plain_text()])


if __name__ == "__main__":
    main()
