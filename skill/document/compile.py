"""A document into its plan: what it says, and the family's values where it is silent."""

from __future__ import annotations

from collections.abc import Sequence

from router import RoutingTable

from . import wording
from .api_rules import api_rules_of, platform_words
from .attribution import UNKNOWN
from .error_rows import errors_of
from .grids import grids
from .identity import greeting_of, identity_of
from .inventory import client_id_path_of, draft_keys_of, formats_of, max_upload_of
from .lint import document_findings
from .markdown import SkillDocument
from .plan import AttributionRules, Finding, SkillPlan
from .replies import replies_of
from .routes import routing_of, section_titles
from .timings import export_rules_of, stream_rules_of

_ORDER = {"error": 0, "warning": 1, "info": 2}


def compile_plan(document: SkillDocument) -> SkillPlan:
    """Everything the runtime does because a document says so. Any document compiles; what it lacks is a finding."""
    family = wording.family()
    found = grids(document)
    identity, identity_lines, identity_findings = identity_of(document)
    routing, routing_findings = routing_of(document, found)
    replies, reply_findings = replies_of(document, found, section_titles(document))
    api, api_lines, api_findings = api_rules_of(document)
    stream, stream_lines, stream_findings = stream_rules_of(document)
    export, export_lines = export_rules_of(document)
    greeting, greeting_lines = greeting_of(document)
    platforms = platform_words(document)
    formats, formats_line = formats_of(document)
    max_bytes, max_line = max_upload_of(document)
    keys, keys_line = draft_keys_of(document)
    client_id, client_id_line = client_id_path_of(document)
    said = {
        **_under("skill", identity_lines),
        **_under("api", api_lines),
        **_under("stream", stream_lines),
        **_under("export", export_lines),
        **greeting_lines,
        **{f"platforms.{marker}": word.line for marker, word in platforms.items()},
    }
    singles = {
        "formats": formats_line,
        "max_upload_bytes": max_line,
        "draft_keys": keys_line,
        "client_id": client_id_line,
    }
    said |= {name: line for name, line in singles.items() if line is not None}
    reason = _not_runnable(document, routing, api_lines)
    findings = [
        *document_findings(document),
        *identity_findings,
        *api_findings,
        *routing_findings,
        *reply_findings,
        *stream_findings,
    ]
    if reason:
        findings = [Finding("not-runnable", "error", None, reason), *findings]
    return SkillPlan(
        identity=identity,
        runnable=reason is None,
        not_runnable_because=reason,
        routing=routing,
        replies=replies,
        errors=errors_of(document, found),
        stream=stream,
        export=export,
        api=api,
        attribution=AttributionRules(
            source=identity.name,
            version=identity.version or UNKNOWN,
            platforms={marker: word.value for marker, word in platforms.items()} or dict(family["platforms"]),
        ),
        formats=formats or tuple(family["formats"]),
        draft_keys=keys or dict(family["draft_keys"]),
        client_id_persisted=client_id,
        findings=_sorted(findings),
        max_upload_bytes=max_bytes,
        setup_text=greeting.setup_text,
        welcome=greeting.welcome,
        examples=greeting.examples,
        said=said,
    )


def _under(prefix: str, lines: dict[str, int]) -> dict[str, int]:
    return {f"{prefix}.{name}": line for name, line in lines.items()}


def _not_runnable(document: SkillDocument, routing: RoutingTable, api_lines: dict[str, int]) -> str | None:
    """A document drives something when it routes requests or names the calls that carry them."""
    routed = any(row.line is not None and row.actions != ("other",) for row in routing.rows)
    driven = any(f"endpoints.{call}" in api_lines for call in wording.words()["driving_calls"])
    technical = driven or any(wording.pattern("technical").search(line) for _, line in document.body())
    if driven or (routed and technical):
        return None
    if not any(line.strip() for _, line in document.body()) and not document.frontmatter.values:
        return "The document is empty."
    return "It describes a product but gives no routing table and names no backend call, so there is nothing to run."


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (_ORDER[finding.severity], finding.line or 0, finding.rule)))
