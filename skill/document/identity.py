"""Who the skill is and how it greets: name, version, description, welcome, prompts to try, set-up status."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import wording
from .markdown import SkillDocument
from .plan import Finding, Identity

_SLUG = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)+$")
_SOURCE_HEADER = re.compile(
    r"X-Skill-Source`?\**\s*(?::|\||=|is|→)\s*\|?\s*[`\"']?([A-Za-z0-9][\w-]{1,80})(?=[`\"']|\s*[\\,;.)|]|\s*$)",
    re.IGNORECASE,
)
_VERSION_HEADER = re.compile(
    r"(?:X-Skill-Version`?\**\s*(?::|\||=|is|→)\s*\|?\s*[`\"']?|\bskill_version=|\$SKILL_VERSION`?\s*=\s*`?"
    r"|^\W*(?:current )?version\W{1,6})v?(\d+(?:\.\w+)*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^\W*[\"“「](.{3,400})[\"”」]\W*$")
_PATHS = (
    ("version",),
    ("metadata", "version"),
    ("metadata", "openclaw", "version"),
    ("metadata", "clawdbot", "version"),
)
_DISPLAY = (
    ("displayName",),
    ("display_name",),
    ("title",),
    ("metadata", "displayName"),
    ("metadata", "openclaw", "displayName"),
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """welcome and examples: the document's words. setup_text: shown while connecting, the family's when it has none."""

    welcome: str
    examples: tuple[str, ...]
    setup_text: str


def identity_of(document: SkillDocument) -> tuple[Identity, dict[str, int], tuple[Finding, ...]]:
    """The frontmatter's values; without a name there, the source header's or a first line that is a slug."""
    front = document.frontmatter
    lines: dict[str, int] = {}
    findings: list[Finding] = []
    name = front.text("name")
    if name:
        lines["name"] = front.lines.get("name", 1)
    else:
        name, line = _name_from_body(document)
        if line:
            lines["name"] = line
        findings.append(Finding("no-name", "warning", line or None, "The frontmatter has no name."))
    version = next((text for path in _PATHS if (text := front.text(*path))), None)
    if version:
        lines["version"] = front.lines.get("version") or front.lines.get("metadata", 1)
    else:
        message = 'The frontmatter has no version: requests say "unknown".'
        findings.append(Finding("no-version", "warning", None, message))
    display = next((text for path in _DISPLAY if (text := front.text(*path))), None)
    if display:
        lines["display_name"] = front.lines.get("displayName") or front.lines.get("metadata", 1)
    findings += _hard_coded(document, name, version)
    shown = display or re.sub(r"[-_]+", " ", name).title()
    return Identity(name, version, shown, front.text("description") or ""), lines, tuple(findings)


def _name_from_body(document: SkillDocument) -> tuple[str, int]:
    for number, line in document.body():
        match = _SOURCE_HEADER.search(line)
        if match:
            return match[1], number
    first = next(((number, line.strip()) for number, line in document.body() if line.strip()), (0, ""))
    if _SLUG.match(first[1]):
        return first[1], first[0]
    title = document.headings[0] if document.headings else None
    slug = "-".join(re.findall(r"[a-z0-9]+", title.text.lower())[:8]) if title else ""
    return (slug, title.line) if slug and title else ("unnamed-skill", 0)


def _hard_coded(document: SkillDocument, name: str, version: str | None) -> list[Finding]:
    """Headers written out in the body that say something else than the frontmatter, each once."""
    found: dict[str, Finding] = {}
    for number, line in document.body():
        for rule, pattern, real in (
            ("source-differs", _SOURCE_HEADER, name),
            ("version-differs", _VERSION_HEADER, version),
        ):
            match = pattern.search(line)
            if match and match[1] != real:
                shown = real or "no version"
                message = f"The body says {match[1]!r}; the frontmatter ({shown}) is what is sent."
                found.setdefault(rule, Finding(rule, "warning", number, message))
    return list(found.values())


def greeting_of(document: SkillDocument) -> tuple[Greeting, dict[str, int]]:
    """The first quotation near the top, the quoted prompts under "Try saying", the status to show while connecting."""
    lines: dict[str, int] = {}
    welcome = ""
    examples: list[str] = []
    setup = str(wording.family()["setup_text"])
    trying = False
    for number, line in document.body():
        text = line.strip()
        if text.startswith(">") and not welcome and number < document.frontmatter.body + 60:
            welcome, lines["welcome"] = text.lstrip("> ").strip(), number
        elif wording.pattern("try_saying").search(text.strip("*: ")):
            trying, lines["examples"] = True, lines.get("examples", number)
        elif trying and text:
            quoted = _QUOTED.match(text.removeprefix("-").removeprefix("*").strip())
            trying = bool(quoted)
            if quoted:
                examples.append(quoted[1])
        said = wording.pattern("setup").search(text) if "setup_text" not in lines else None
        if said:
            setup, lines["setup_text"] = said[1], number
    return Greeting(welcome, tuple(examples[:12]), setup), lines
