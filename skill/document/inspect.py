"""A plan for those who want to see it: as JSON (a stable contract) and as a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from router import PhraseRow, ReplyRow

from .plan import ErrorRow, SkillPlan


def inspect_json(plan: SkillPlan) -> dict[str, Any]:
    """What the document says, as `skillturn inspect --json` prints it.

    A value is None where the document is silent; a row that the family's defaults added carries "default": true.
    Source: the command's documented contract; keys may be added, never renamed.
    """

    def said(name: str, value: object) -> object:
        return _number(value) if name in plan.said else None

    unnamed = "skill.name" not in plan.said
    return {
        "skill": {
            "name": plan.identity.name,
            "version": plan.identity.version,
            "display_name": said("skill.display_name", plan.identity.display_name),
        },
        "runnable": plan.runnable,
        "routes": [_route(row) for row in plan.routing.rows],
        "replies": [_reply(row) for row in plan.replies.rows],
        "errors": [_error(row) for row in plan.errors],
        "stream": {
            "still_working_s": said("stream.still_working_s", plan.stream.still_working_s),
            "turn_timeout_s": said("stream.turn_timeout_s", plan.stream.turn_timeout_s),
            "heartbeat_only_timeout_s": _number(plan.stream.heartbeat_only_timeout_s),
        },
        "export": {
            "poll_interval_s": said("export.poll_interval_s", plan.export.poll_interval_s),
            "max_polls": plan.export.max_polls,
            "retry_with_new_id": plan.export.retry_with_new_id and "export.retry_with_new_id" in plan.said,
        },
        "api": {
            "base": said("api.base", plan.api.base),
            "task_name": said("api.task_name", plan.api.task_name),
            "language": said("api.language", plan.api.language),
        },
        "client_id": {"persisted": plan.client_id_persisted},
        "attribution": {
            "source": None if unnamed else plan.attribution.source,
            "version": plan.identity.version,
            "platforms": dict(plan.attribution.platforms) if _any_said(plan, "platforms.") else None,
        },
        "formats": list(plan.formats) if "formats" in plan.said else None,
        "draft_keys": dict(plan.draft_keys) if "draft_keys" in plan.said else None,
        "findings": [
            {"rule": found.rule, "severity": found.severity, "line": found.line, "message": found.message}
            for found in plan.findings
        ],
    }


def _any_said(plan: SkillPlan, prefix: str) -> bool:
    return any(name.startswith(prefix) for name in plan.said)


def _number(value: object) -> object:
    """Whole seconds as a whole number, as people write them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _route(row: PhraseRow) -> dict[str, Any]:
    shown = {
        "triggers": list(row.phrases),
        "event": row.event,
        "catch_all": row.catch_all,
        "actions": list(row.actions),
        "skip_sse": row.skip_sse,
        "line": row.line,
    }
    return shown | _default(row.line)


def _reply(row: ReplyRow) -> dict[str, Any]:
    return {"phrases": list(row.phrases), "action": row.action, "line": row.line} | _default(row.line)


def _error(row: ErrorRow) -> dict[str, Any]:
    return {"code": row.code, "recovery": row.recovery, "line": row.line} | _default(row.line)


def _default(line: int | None) -> dict[str, bool]:
    return {"default": True} if line is None else {}


def inspect_page(plan: SkillPlan) -> str:
    """The plan as Markdown: who it is, what is sent, each rule with the line that says so, and what was filled in."""
    title = f"{plan.identity.display_name} ({plan.identity.name} {plan.identity.version or 'without a version'})"
    parts = (
        (f"# {title}", _identity(plan)),
        ("## What is sent", _sent(plan)),
        ("## Routes", _routes(plan)),
        ("## Backend replies", _replies(plan)),
        ("## Errors", _errors(plan)),
        ("## Limits", _limits(plan)),
        ("## What the host's agent is told", _told(plan)),
        ("## Filled from the family's defaults", _filled(plan)),
        ("## Findings", _findings(plan)),
    )
    return "\n\n".join(heading + "\n\n" + "\n".join(lines) for heading, lines in parts) + "\n"


def _at(line: int | None) -> str:
    return "default" if line is None else f"line {line}"


def _identity(plan: SkillPlan) -> Iterator[str]:
    yield "It can be run." if plan.runnable else f"It cannot be run. {plan.not_runnable_because}"
    if plan.identity.description:
        yield ""
        yield " ".join(plan.identity.description.split())


def _sent(plan: SkillPlan) -> Iterator[str]:
    rules = plan.attribution
    platforms = ", ".join(f"{marker} → {word}" for marker, word in rules.platforms.items())
    yield f"- To: {plan.api.base} ({_at(plan.said.get('api.base'))})"
    yield f"- X-Skill-Source: {rules.source}"
    yield f"- X-Skill-Version: {rules.version}"
    yield f"- X-Skill-Platform: SKILL_SOURCE, else by install path ({platforms}), else unknown"
    session = _at(plan.said.get("api.task_name"))
    yield f"- Session: task name {plan.api.task_name!r}, language {plan.api.language} ({session})"
    where = plan.client_id_persisted or "not said"
    yield f"- Client id kept in: {where}"


def _routes(plan: SkillPlan) -> Iterator[str]:
    for row in plan.routing.rows:
        words = [f'"{phrase}"' for phrase in row.phrases]
        words += ["a file"] if row.event else []
        words += ["everything else"] if row.catch_all else []
        skip = {True: ", not through the chat", False: ", through the chat", None: ""}[row.skip_sse]
        yield f"- {_at(row.line)}: {' / '.join(words) or 'no words of its own'} → {', then '.join(row.actions)}{skip}"


def _replies(plan: SkillPlan) -> Iterator[str]:
    for row in plan.replies.rows:
        phrases = " / ".join(f'"{phrase}"' for phrase in row.phrases)
        yield f"- {_at(row.line)}: {phrases} → {row.action}"


def _errors(plan: SkillPlan) -> Iterator[str]:
    for row in plan.errors:
        yield f"- {_at(row.line)}: {row.code} {row.meaning or 'no meaning given'} → {row.recovery.replace('_', ' ')}"


def _limits(plan: SkillPlan) -> Iterator[str]:
    stream, export = plan.stream, plan.export
    beats = "none" if stream.heartbeat_only_timeout_s is None else f"{stream.heartbeat_only_timeout_s:g} s"
    polls = "an hour at most" if export.max_polls is None else f"{export.max_polls} times at most"
    size = "not said" if plan.max_upload_bytes is None else f"{plan.max_upload_bytes / 2**20:g} MiB"
    alive = f"a sign of life every {stream.still_working_s:g} s"
    yield f"- Stream: {alive}; {stream.turn_timeout_s:g} s in all; heartbeats alone: {beats}"
    yield f"- Export: asked every {export.poll_interval_s:g} s, {polls}; {'free' if export.free else 'not free'}"
    yield f"- Files: {', '.join(plan.formats)}; size limit: {size}"
    yield "- Draft keys: " + ", ".join(f"{key} = {word}" for key, word in plan.draft_keys.items())


def _told(plan: SkillPlan) -> Iterator[str]:
    """The words that reach a chat, beside what the backend says."""
    welcome = f"{plan.welcome} ({_at(plan.said.get('welcome'))})" if plan.welcome else "a short word that all is ready"
    yield f"- On first contact: {plan.setup_text} ({_at(plan.said.get('setup_text'))}), then: {welcome}"
    for prompt in plan.examples:
        yield f"  - one may try: {prompt}"
    yield f"- While a stream is silent: {plan.stream.still_working_text}"
    yield "- Where the backend speaks of buttons and panels: what was done instead, or an offer to do it"
    yield "- After an edit without words: what changed between the two drafts"
    for row in plan.errors:
        if row.recovery != "none":
            yield f"- On {row.code}: {row.advice or row.meaning or 'that the backend refused'} ({_at(row.line)})"


def _filled(plan: SkillPlan) -> Iterator[str]:
    single = {
        "api.base": "API base",
        "api.task_name": "task name",
        "api.language": "language rule",
        "stream.still_working_s": "sign of life",
        "stream.turn_timeout_s": "stream limit",
        "export.poll_interval_s": "poll interval",
        "formats": "formats",
        "draft_keys": "draft keys",
    }
    names = [label for name, label in single.items() if name not in plan.said]
    names += [] if _any_said(plan, "platforms.") else ["platform rules"]
    names += [f"the route to {row.actions[0]}" for row in plan.routing.rows if row.line is None]
    names += [f"the reply row for {row.action}" for row in plan.replies.rows if row.line is None]
    names += [f"error {row.code}" for row in plan.errors if row.line is None]
    yield "- " + ", ".join(names) if names else "- nothing"


def _findings(plan: SkillPlan) -> Iterator[str]:
    for found in plan.findings:
        where = f"line {found.line}" if found.line else "whole document"
        yield f"- {found.severity}, {where}: {found.message} ({found.rule})"
    if not plan.findings:
        yield "- none"
