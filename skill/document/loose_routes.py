"""Routing told without a table or a list of pairs: cards of labelled lines, and plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import wording
from .cells import plain, quoted_phrases
from .grids import Grid
from .markdown import Row, SkillDocument

_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z\"“`*(])|(?<=[。！？；])|(?<=[\"”]\.)\s+")
_NAMED = re.compile(r"\**[A-Z][\w ]{1,40}\**\s*:")
_MAX_ROWS = 200
_MAX_SENTENCE = 1000


def cards_of(document: SkillDocument) -> Grid:
    """One row for each card: a trigger line, then lines for action and chat, under a heading or a bullet that names it.

    "### Export" / "- Triggers: "export"" / "- Action: render it" / "- Skip SSE: yes". Without an action line the
    name is the action.
    """
    rows: list[Row] = []
    flag_title = ""
    title, cells, line = "", ["", "", ""], 0
    marks = {heading.line: heading.text for heading in document.headings}
    marks |= {bullet.line: bullet.text for bullet in document.bullets if not _labelled(bullet.text)}

    def close() -> None:
        if cells[0] and (cells[1] or title):
            rows.append(Row((cells[0], cells[1] or title, cells[2]), line))

    for number, text in document.body():
        if number in marks:
            close()
            title, cells, line = plain(marks[number]).strip(" :："), ["", "", ""], 0
            continue
        labelled = _labelled(text)
        if not labelled or len(rows) > _MAX_ROWS:
            continue
        role, label, value = labelled
        if role == 0 and cells[0]:
            close()
            cells = ["", "", ""]
        cells[role] = value
        line = number if role == 0 else line
        flag_title = label if role == 2 else flag_title
    close()
    acting = [row for row in rows if wording.first_said(row.cells[1], wording.roles("request_roles"))]
    rest = any(wording.pattern("catch_all").search(row.cells[0]) for row in rows)
    kept = tuple(rows) if len(acting) > 1 or (acting and rest) else ()
    header = ("user says", "action", flag_title) if flag_title else ("user says", "action")
    return Grid("routing", header, kept, kept[0].line if kept else 0, "")


def _labelled(text: str) -> tuple[int, str, str] | None:
    """(0 trigger, 1 action or 2 chat; the label; the value) of a line such as "- **Triggers**: "export""."""
    if ":" not in text and "：" not in text:
        return None
    match = wording.pattern("cards", "label").match(text)
    if not match:
        return None
    label = match[1].strip(" *")
    for role, name in enumerate(("trigger", "action", "flag")):
        if wording.pattern("cards", name).match(label):
            return role, label, match[2]
    return None


def sentences_of(document: SkillDocument) -> Iterator[Row]:
    """(what is said, what is done) of each sentence that names both: "If the user says "export", run the export".

    Only in a section about requests, or where a sentence quotes what a user says. Headings, tables and quotations
    are no sentences.
    """
    about, prose = wording.pattern_of(wording.words()["grids"][-1]["around"]), wording.pattern("prose", "about")
    found = 0
    for number, line in document.body():
        text = line.strip()
        if not text or text.startswith(("#", "|", ">", "```", "curl")) or found > _MAX_ROWS:
            continue
        if not (prose.search(text) or text.startswith("**") or wording.pattern("arrows").search(text)):
            continue
        heading = document.section_of(number)
        routing = bool(heading and about.search(heading.text)) or bool(wording.pattern("columns", "user").search(text))
        if not routing:
            continue
        for sentence in _sentences(re.sub(r"^\s*(?:[-*+•]|\d+[.)])\s+", "", text)):
            row = _row_of(sentence, number)
            if row:
                found += 1
                yield row


def _sentences(text: str) -> list[str]:
    """The sentences of a line; what is longer than anyone writes is none."""
    found: list[str] = []
    for sentence in _SENTENCE.split(text):
        skips = wording.pattern("said_to_skip").match(sentence)
        if found and skips and skips.end() >= len(sentence.rstrip(" .")):
            found[-1] = f"{found[-1].rstrip('. ')} {sentence}"  # "Run the export. Skip SSE."
        elif len(sentence) < _MAX_SENTENCE:
            found.append(sentence)
    return found


def reply_sentences_of(document: SkillDocument) -> Grid:
    """One row for each sentence such as "When the backend says "click Export", run the export"."""
    rows: list[Row] = []
    for number, line in document.body():
        text = line.strip()
        if not text or text.startswith(("#", "|", ">", "```")) or len(rows) > _MAX_ROWS:
            continue
        heading = document.section_of(number)
        about = bool(heading and wording.pattern_of(wording.words()["grids"][1]["around"]).search(heading.text))
        if not (about or wording.pattern("prose", "backend").search(text)):
            continue
        for sentence in _sentences(text):
            phrases, rest = quoted_phrases(sentence)
            said = about or wording.pattern("prose", "backend_says").search(rest)
            if phrases and said and not wording.pattern("columns", "user").search(rest):
                rest = wording.pattern("prose", "backend_says").sub(" ", rest)
                if wording.first_listed(rest, wording.roles("reply_roles")):
                    rows.append(Row((" / ".join(f'"{phrase}"' for phrase in phrases), rest), number))
    return Grid("replies", (), tuple(rows) if len(rows) > 1 else (), rows[0].line if rows else 0, "")


def _row_of(sentence: str, line: int) -> Row | None:
    phrases, rest = quoted_phrases(sentence)
    roles = wording.roles("request_roles")
    if wording.pattern("catch_all").search(sentence):
        return Row((sentence, sentence), line) if wording.first_said(rest, roles) else None
    asked = wording.pattern("prose", "asks").search(rest) if not phrases else None
    if asked:
        phrases, rest = tuple(re.split(r"\s*(?:,|\bor\b)\s*", asked[1])), rest[asked.end() :]
    named = _NAMED.match(rest)  # "Upload: when a file is attached": the name is no part of the event
    event = wording.pattern("file_event").search(rest, named.end() if named else 0)
    if event:
        rest = rest[: event.start()] + rest[event.end() :]
    telling = sentence.startswith("**") or wording.pattern("arrows").search(sentence)
    told = telling or wording.pattern("prose", "about").search(rest + sentence[:12])
    if not (phrases or event) or not told or not wording.first_said(rest, roles):
        return None
    said = [f'"{phrase}"' for phrase in phrases if phrase] + ([event[0]] if event else [])
    return Row((" / ".join(said), rest), line)
