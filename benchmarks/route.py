"""How long routing takes: warm, per utterance; and what a process pays that routes one utterance.

    python benchmarks/route.py [UTTERANCES.jsonl]

Prints microseconds; for the first utterance milliseconds of CPU: importing the router with its rules, and loading the
language data and reading the utterance, the best of some processes. Utterances come from the file ({"text", "files"} a
line) or from the few below.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from router import PhraseRow, RoutingTable, classify

TABLE = RoutingTable(
    (
        PhraseRow(("export", "导出", "download", "send me the video"), ("export",), 1),
        PhraseRow(("credits", "积分", "balance", "余额"), ("credits",), 2),
        PhraseRow(("status", "状态", "show tracks"), ("status",), 3),
        PhraseRow(("upload", "上传"), ("upload",), 4, event="file"),
        PhraseRow(("Everything else",), ("chat",), 5, catch_all=True),
    )
)
UTTERANCES = (
    "make it slower and then send me the video",
    "how many credits do I have left?",
    "don't export yet, I want to change the font first",
    "把字幕去掉再导出给我",
    "¿me pasas el archivo final, por favor?",
    "タイトルを変えて書き出して",
)
FIRST = """
import json, re, dataclasses, functools, pathlib, typing, unicodedata
from time import process_time
from router import PhraseRow, RoutingTable
table = RoutingTable((PhraseRow((), ("chat",), 1, catch_all=True),))
began = process_time()
from router import classify
imported = process_time()
classify({text!r}, table)
print((imported - began) * 1e3, (process_time() - imported) * 1e3)
"""
FIRST_TEXTS = (
    "send me the video",
    "把视频发给我",
    "Könntest du mir bitte das fertige Video schicken?",
    "動画を送ってください",
)
PROCESSES = 7


def report(name: str, taken: list[float]) -> None:
    """Print the median and the 99th percentile of microseconds."""
    taken.sort()
    median, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    print(f"{name}: median {median:.0f} us, p99 {p99:.0f} us")


def first_utterance_ms(text: str) -> tuple[float, float]:
    """What a process pays for its first utterance: importing the router, and loading its language and reading it."""
    command = [sys.executable, "-c", FIRST.format(text=text)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(PROCESSES)]
    imported, first = zip(*(map(float, run.split()) for run in runs), strict=True)
    return min(imported), min(first)


def main() -> None:
    """Measure and print."""
    lines: list[tuple[str, tuple[str, ...]]] = [(text, ()) for text in UTTERANCES]
    if len(sys.argv) > 1:
        records = map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
        lines = [(record["text"], tuple(record.get("files", ()))) for record in records]
    for text, files in lines:
        classify(text, TABLE, files=files)
    taken: list[list[float]] = [[] for _ in lines]
    for _ in range(20):
        for (text, files), times in zip(lines, taken, strict=True):
            began = time.perf_counter()
            classify(text, TABLE, files=files)
            times.append((time.perf_counter() - began) * 1e6)
    report("warm, all runs", [run for times in taken for run in times])
    # a shared machine interrupts: the best run of an utterance is what it takes by itself
    report("warm, best run of each", [min(times) for times in taken])
    for text in FIRST_TEXTS:
        imported, first = first_utterance_ms(text)
        print(f"one utterance of a process: import {imported:.1f} ms, data and reading {first:.1f} ms for {text!r}")


if __name__ == "__main__":
    main()
