"""Waiting and rendering as a document says: stream limits, poll interval, tries, what an export costs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import wording
from .amounts import in_digits
from .markdown import SkillDocument
from .plan import ExportRules, Finding, StreamRules

# Most lines speak of no time at all; this cheap look spares them the patterns below.
_TIMELY = re.compile(r"\d\s?[smh]\b|sec|min|hour|time|beat|[秒分时钟]", re.IGNORECASE)
_MAX_TIME = re.compile(r"--max-time\s+(\d{1,5})")
_OUTPUT = re.compile(
    r"[\"']output[\"']\s*:\s*\{[^}]{0,80}[\"']format[\"']\s*:\s*[\"'](\w{2,5})[\"']"
    r"(?:\s*,\s*[\"']quality[\"']\s*:\s*[\"'](\w{2,12})[\"'])?"
)


def stream_rules_of(document: SkillDocument) -> tuple[StreamRules, dict[str, int], tuple[Finding, ...]]:
    """Rules with family values where the document is silent; what it states (name -> line); findings."""
    default = wording.family()["stream"]
    lines: dict[str, int] = {}
    still = default["still_working_s"]
    text = default["still_working_text"]
    for number, line in document.body():
        if not _said("waiting").search(line):
            continue
        said = _said("still").search(line)
        if said and "still_working_text" not in lines:
            text, lines["still_working_text"] = said[1], number
        if "still_working_s" in lines:
            continue
        rest = _said("heartbeats_only").sub(" ", in_digits(line))
        every = _said("every").search(rest)
        if every and not _said("poll").search(rest):
            still, lines["still_working_s"] = _seconds(every), number
    limit, beats, findings = _limits(document, lines)
    rules = StreamRules(
        still_working_s=still,
        still_working_text=text,
        turn_timeout_s=limit if limit is not None else default["turn_timeout_s"],
        heartbeat_only_timeout_s=beats,
    )
    return rules, lines, findings


def _limits(document: SkillDocument, lines: dict[str, int]) -> tuple[float | None, float | None, tuple[Finding, ...]]:
    """The stream's limit and that of heartbeats alone; a shorter unlabelled one beside a hard limit is the latter."""
    hard: list[tuple[float, int]] = []
    said: list[tuple[float, int]] = []
    beats: float | None = None
    about = wording.pattern("stream_context")
    forms = [(_said("limit_before"), _seconds), (_said("limit_after"), _seconds), (_said("limit_bare"), _bare)]
    for number, written in document.statements():
        if not _TIMELY.search(written):
            continue
        if "run_sse" in written or "curl" not in written or about.search(_title(document, number)):
            hard += [(float(match[1]), number) for match in _MAX_TIME.finditer(written)]
        line = in_digits(written)
        if beats is None and (only := _said("heartbeats_only").search(line)):
            beats, lines["heartbeat_only_timeout_s"] = _seconds(only), number
        line = _said("heartbeats_only").sub(" ", line)
        if about.search(line) or about.search(_title(document, number)):
            said += [(seconds(match), number) for form, seconds in forms for match in form.finditer(_streaming(line))]
    said += _in_a_column(document)
    candidates = hard or said
    if not candidates:
        return None, beats, ()
    limit, lines["turn_timeout_s"] = candidates[0]
    other = next(((value, number) for value, number in [*hard, *said] if value != limit and value >= 60), None)
    if other is None:
        return limit, beats, ()
    message = f"A time-out of {other[0]:g} s beside the limit of {limit:g} s (line {candidates[0][1]}), which is used."
    return limit, beats, (Finding("contradictory-timeout", "warning", other[1], message),)


def _in_a_column(document: SkillDocument) -> Iterator[tuple[float, int]]:
    """The limit a table of calls gives the stream in its column of time-outs."""
    for table in document.tables:
        column = next((at for at, title in enumerate(table.header) if _said("limit_title").search(title)), None)
        for row in table.rows if column is not None else ():
            if column is not None and column < len(row.cells) and any("run_sse" in cell for cell in row.cells):
                amount = wording.pattern("amount").search(in_digits(row.cells[column]))
                if amount:
                    yield _seconds(amount), row.line


def _streaming(line: str) -> str:
    """The part of a line that is not about polling: its limits are those of an export."""
    poll = _said("poll").search(line)
    return line[: poll.start()] if poll else line


def _bare(match: re.Match[str]) -> float:
    return float(match[1])


def export_rules_of(document: SkillDocument) -> tuple[ExportRules, dict[str, int]]:
    """Rules with family values where the document is silent; what it states (name -> line)."""
    default = wording.family()["export"]
    lines: dict[str, int] = {}
    interval, polls, retry = float(default["poll_interval_s"]), None, bool(default["retry_with_new_id"])
    form, quality, free = default["format"], default["quality"], True
    spare: tuple[float, int] | None = None
    for number, written in document.body():
        after = _said("poll").search(written)
        line = in_digits(written) if after else written
        if after:
            after = _said("poll").search(line)
            near = " ".join((*document.lines[max(number - 5, 0) : number - 1], _title(document, number), line))
            about = _said("about_render").search(near)
            every = _said("every").search(line, after.start() if after else 0) or _said("every").search(line)
            every = every or _said("every_beside").search(line, after.start() if after else 0)
            if every and about and "poll_interval_s" not in lines:
                interval, lines["poll_interval_s"] = _seconds(every), number
            elif every and spare is None:
                spare = _seconds(every), number
            most = _said("max_polls").search(line) if about else None
            if most and polls is None:
                polls, lines["max_polls"] = int(next(group for group in most.groups() if group)), number
        again = "id" in written and "retry_with_new_id" not in lines and _said("new_id").search(line)
        if again:
            retry = not _said("new_id_refused").search(written[max(again.start() - 20, 0) : again.end()])
            lines["retry_with_new_id"] = number
        output = _OUTPUT.search(line) if "output" in line and "format" not in lines else None
        if output:
            form, quality, lines["format"] = output[1], output[2] or quality, number
        priced = "free" not in lines and ("xport" in line or "ender" in line or "导出" in line)
        if priced and (_said("free").search(line) or _said("costs").search(line)):
            free, lines["free"] = not _said("costs").search(line), number
    if spare and "poll_interval_s" not in lines:
        interval, lines["poll_interval_s"] = spare
    return ExportRules(interval, polls, retry, form, quality, free), lines


def _said(name: str) -> re.Pattern[str]:
    return wording.pattern("timings", name)


def _title(document: SkillDocument, number: int) -> str:
    heading = document.section_of(number)
    return heading.text if heading else ""


def _seconds(match: re.Match[str]) -> float:
    amount, unit = [group for group in match.groups() if group][:2]
    return float(amount) * float(wording.words()["units"][unit.lower()])
