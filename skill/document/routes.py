"""Routing rows out of a document's tables and lists: who says what, what runs, and whether the chat is skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from router import PhraseRow, RouteAction, RoutingTable

from . import wording
from .cells import (
    bare_phrases,
    plain,
    quoted_phrases,
    sections,
    unquoted_alternatives,
    without_asides,
    without_sections,
)
from .grids import Grid
from .loose_routes import cards_of, sentences_of
from .markdown import Row, SkillDocument
from .plan import Finding

_ACTIONS = frozenset(get_args(RouteAction))


def routing_of(document: SkillDocument, grids: Iterable[Grid]) -> tuple[RoutingTable, tuple[Finding, ...]]:
    """The document's rows in its order, then a default row for each action and event it leaves out (line None)."""
    headings = section_titles(document)
    findings: list[Finding] = []
    rows: list[PhraseRow] = []
    routed = [grid for grid in grids if grid.kind == "routing"]
    # A list beside a table repeats it or gives examples; cards and sentences count where nothing better is there.
    titled = wording.pattern_of(wording.words()["grids"][-1]["around"])
    named = [grid for grid in routed if titled.search(grid.around)]
    for grid in [grid for grid in routed if grid.header] or named or routed or [cards_of(document)]:
        rows += _rows_of(grid, headings, findings)
    if not rows:
        for row in sentences_of(document):
            rows += _rows_of(Grid("routing", (), (row,), row.line, ""), headings, [])
        rows = rows if len({row.actions[0] for row in rows} - {"other"}) > 1 else []
    if not rows:
        findings.append(Finding("no-routing-table", "warning", None, "No routing table: the family's rows are used."))
    elif not any(row.catch_all for row in rows):
        line = rows[-1].line
        findings.append(
            Finding("no-catch-all", "warning", line, "No row for everything else: what no row claims goes to the chat.")
        )
    return RoutingTable(tuple(rows + list(_missing(rows)))), tuple(findings)


def section_titles(document: SkillDocument) -> Mapping[str, str]:
    """Section number -> title: the document's own headings, else what the family means by the number."""
    titles = dict(wording.family()["sections"])
    return titles | {heading.number: heading.text for heading in document.headings if heading.number}


def request_actions(cell: str, headings: Mapping[str, str]) -> tuple[RouteAction, ...]:
    """What a cell tells us to run, step by step; a label counts before the section number beside it."""
    found: list[RouteAction] = []
    for step in wording.pattern("chain").split(wording.pattern("said_to_skip").sub(" ", plain(cell))):
        action = _action_of(step, headings)
        if action and action not in found:
            found.append(action)
    return tuple(found) or ("other",)


def _action_of(step: str, headings: Mapping[str, str]) -> RouteAction | None:
    candidates = wording.roles("request_roles")
    if wording.pattern("by_chat").search(step):
        return "chat"
    label = without_sections(step)
    words = [without_asides(label), label, *(headings.get(number, "") for number in sections(step))]
    role = next((role for text in words if (role := wording.first_said(text, candidates))), None)
    return next((action for action in _ACTIONS if action == role), None)


def _rows_of(grid: Grid, headings: Mapping[str, str], findings: list[Finding]) -> Iterator[PhraseRow]:
    trigger_at = _column(grid.header, "trigger", skip=()) or 0
    flag_at = _column(grid.header, "flag", skip=(0, 1) if trigger_at == 0 else (trigger_at,))
    action_at = _action_column(grid, trigger_at, flag_at)
    examples_at = _examples_column(grid, (trigger_at, action_at, flag_at))
    skips = flag_at is not None and bool(wording.pattern("columns", "flag_skips").search(grid.header[flag_at]))
    for row in grid.rows:
        if len(row.cells) <= max(action_at, trigger_at) or not row.cells[trigger_at].strip():
            continue
        said = row.cells[examples_at] if examples_at is not None and examples_at < len(row.cells) else ""
        told = _triggers(said)
        phrases, event, catch_all = told if any(told) and quoted_phrases(said)[0] else _triggers(row.cells[trigger_at])
        label = row.cells[action_at]
        actions = request_actions(label, headings)
        if actions == ("other",):
            message = f"This row's action is none of the backend's: {plain(label)[:80]!r}."
            findings.append(Finding("unknown-action", "info", row.line, message))
        flag = _flag(row, flag_at)
        if flag_at is None:
            flag, skips = _flag_in_passing(label), True
        yield PhraseRow(
            phrases=phrases,
            actions=actions,
            line=row.line,
            event=event,
            catch_all=catch_all,
            skip_sse=flag if flag is None or skips else not flag,
            label=plain(label),
        )


def _flag_in_passing(label: str) -> bool | None:
    """What an action says beside itself: "Export (skip SSE)", "Chat (skip SSE: no)"."""
    if wording.pattern("said_to_skip").search(label):
        return True
    return False if wording.pattern("said_not_to_skip").search(label) else None


def _action_column(grid: Grid, trigger_at: int, flag_at: int | None) -> int:
    """By its title; else the first of the other columns that holds actions, else the one after the triggers."""
    named = _column(grid.header, "action", skip=[at for at in (trigger_at, flag_at) if at is not None])
    if named is not None:
        return named
    candidates = wording.roles("request_roles")
    for at in range(len(grid.header)):
        cells = [row.cells[at] for row in grid.rows if at < len(row.cells)]
        if at not in (trigger_at, flag_at) and any(wording.first_said(cell, candidates) for cell in cells):
            return at
    return trigger_at + 1


def _examples_column(grid: Grid, taken: Sequence[int | None]) -> int | None:
    """Where the phrases stand when the trigger column only describes: a column of quotes beside one without any."""
    trigger_at = taken[0] or 0

    def quotes(at: int) -> int:
        return sum(bool(quoted_phrases(row.cells[at])[0]) for row in grid.rows if at < len(row.cells))

    if not grid.header or quotes(trigger_at):
        return None
    return next((at for at in range(len(grid.header)) if at not in taken and quotes(at) * 2 >= len(grid.rows)), None)


def _column(header: Sequence[str], role: str, *, skip: Sequence[int]) -> int | None:
    wanted = wording.pattern("columns", role)
    return next((at for at, title in enumerate(header) if at not in skip and wanted.search(title)), None)


def _triggers(cell: str) -> tuple[tuple[str, ...], Literal["file"] | None, bool]:
    """A trigger cell: its phrases, whether an attachment sets it off, whether it takes everything else."""
    phrases, rest = quoted_phrases(cell)
    catch_all = bool(wording.pattern("catch_all").search(rest.strip(" /,")))
    event: Literal["file"] | None = "file" if not catch_all and wording.pattern("file_event").search(rest) else None
    if phrases and event is None and not catch_all:
        phrases = (*phrases, *(word for word in unquoted_alternatives(rest) if word not in phrases))
    if not phrases and not catch_all and event is None:
        phrases = bare_phrases(rest)
    return (() if catch_all else phrases), event, catch_all


def _flag(row: Row, at: int | None) -> bool | None:
    if at is None or at >= len(row.cells):
        return None
    cell = plain(row.cells[at])
    if wording.pattern("yes").search(cell):
        return True
    return False if wording.pattern("no").search(cell) else None


def _missing(rows: Sequence[PhraseRow]) -> Iterator[PhraseRow]:
    """The family's rows for what the document leaves out."""
    claimed = {row.actions[0] for row in rows}
    phrases = {phrase.casefold() for row in rows for phrase in row.phrases}
    fires_on_file = any(row.event == "file" for row in rows)
    for entry in wording.family()["routes"]:
        default = _default_row(entry)
        if default.catch_all:
            wanted = not any(row.catch_all for row in rows)
        elif default.event:
            wanted = not fires_on_file
        else:
            wanted = default.actions[0] not in claimed
        if wanted:
            yield replace(
                default, phrases=tuple(phrase for phrase in default.phrases if phrase.casefold() not in phrases)
            )


def _default_row(entry: Mapping[str, Any]) -> PhraseRow:
    return PhraseRow(
        phrases=tuple(entry["phrases"]),
        actions=tuple(entry["actions"]),
        line=None,
        event=entry.get("event"),
        catch_all=bool(entry.get("catch_all", False)),
        skip_sse=entry["skip_sse"],
        label=entry["label"],
    )
