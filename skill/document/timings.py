"""Waiting and rendering as a document says: stream limits, poll interval, tries, what an export costs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import wording
from .markdown import SkillDocument
from .plan import ExportRules, Finding, StreamRules

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
    for number, line in _lines_about(document, "heartbeat"):
        said = _said("still").search(line)
        if said and "still_working_text" not in lines:
            text, lines["still_working_text"] = said[1], number
        every = _said("every").search(line)
        if every and "still_working_s" not in lines and not _said("heartbeats_only").search(line):
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
    for number, line in document.statements():
        if "run_sse" in line or "curl" not in line or about.search(_title(document, number)):
            hard += [(float(match[1]), number) for match in _MAX_TIME.finditer(line)]
        only = _said("heartbeats_only").search(line)
        if only and beats is None:
            beats, lines["heartbeat_only_timeout_s"] = _seconds(only), number
        if only or not (about.search(line) or about.search(_title(document, number))):
            continue
        said += [
            (_seconds(match), number)
            for form in (_said("limit_before"), _said("limit_after"))
            for match in form.finditer(line)
        ]
    candidates = hard or said
    if not candidates:
        return None, beats, ()
    limit, lines["turn_timeout_s"] = candidates[0]
    shorter = next(((value, number) for value, number in said if hard and value < limit), None)
    if beats is None and shorter:
        beats, lines["heartbeat_only_timeout_s"] = shorter
        message = (
            f"A time-out of {shorter[0]:g} s beside the limit of {limit:g} s: taken as the limit of heartbeats alone."
        )
        return limit, beats, (Finding("contradictory-timeout", "info", shorter[1], message),)
    return limit, beats, ()


def export_rules_of(document: SkillDocument) -> tuple[ExportRules, dict[str, int]]:
    """Rules with family values where the document is silent; what it states (name -> line)."""
    default = wording.family()["export"]
    lines: dict[str, int] = {}
    interval, polls, retry = float(default["poll_interval_s"]), None, bool(default["retry_with_new_id"])
    form, quality, free = default["format"], default["quality"], True
    for number, line in document.body():
        after = _said("poll").search(line)
        every = _said("every").search(line, after.start()) if after else None
        if every and "poll_interval_s" not in lines:
            interval, lines["poll_interval_s"] = _seconds(every), number
        most = _said("max_polls").search(line, after.start()) if after else None
        if most and polls is None:
            polls, lines["max_polls"] = int(most[1] or most[2]), number
        if "retry_with_new_id" not in lines and _said("new_id").search(line):
            retry, lines["retry_with_new_id"] = True, number
        output = _OUTPUT.search(line)
        if output and "format" not in lines:
            form, quality, lines["format"] = output[1], output[2] or quality, number
        if "free" not in lines and (_said("free").search(line) or _said("costs").search(line)):
            free, lines["free"] = not _said("costs").search(line), number
    return ExportRules(interval, polls, retry, form, quality, free), lines


def _said(name: str) -> re.Pattern[str]:
    return wording.pattern("timings", name)


def _lines_about(document: SkillDocument, word: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in document.body() if word in line.lower())


def _title(document: SkillDocument, number: int) -> str:
    heading = document.section_of(number)
    return heading.text if heading else ""


def _seconds(match: re.Match[str]) -> float:
    amount, unit = [group for group in match.groups() if group][:2]
    return float(amount) * float(wording.words()["units"][unit.lower()])
