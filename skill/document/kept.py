"""Compiled plans kept on disk, found by the document's content: JSON, written atomically, never trusted when damaged.

A plan is found again only if the document's bytes, this folder's sources and the kept file's own digest all agree.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from api import Endpoints
from router import PhraseRow, ReplyRow, ReplyTable, RoutingTable

from .plan import (
    ApiRules,
    AttributionRules,
    ErrorRow,
    ExportRules,
    Finding,
    Identity,
    SkillPlan,
    StreamRules,
)

_DIGEST = 32
_MAX_BYTES = 16 * 2**20


def find(folder: Path, document: bytes) -> SkillPlan | None:
    """The kept plan of these bytes, or None when there is none that can be trusted."""
    try:
        with (folder / _name(document)).open("rb") as file:
            kept = file.read(_MAX_BYTES)
    except OSError:
        return None
    digest, _, payload = kept.partition(b"\n")
    if digest != _digest(payload):
        return None
    try:
        return plan_from_json(json.loads(payload))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def keep(folder: Path, document: bytes, plan: SkillPlan) -> None:
    """Write a plan beside its final name and move it there. Raises OSError."""
    payload = json.dumps(asdict(plan), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / _name(document)
    draft = target.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_digest(payload) + b"\n" + payload)
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def plan_from_json(data: Mapping[str, Any]) -> SkillPlan:
    """The plan whose fields `keep` wrote. Raises KeyError or TypeError for anything else."""
    api = dict(data["api"])
    api["endpoints"] = Endpoints(**api["endpoints"])
    fields = dict(data)
    fields["identity"] = Identity(**data["identity"])
    fields["routing"] = RoutingTable(
        tuple(PhraseRow(**_tupled(row, "phrases", "actions")) for row in data["routing"]["rows"])
    )
    fields["replies"] = ReplyTable(tuple(ReplyRow(**_tupled(row, "phrases")) for row in data["replies"]["rows"]))
    fields["errors"] = tuple(ErrorRow(**row) for row in data["errors"])
    fields["stream"] = StreamRules(**data["stream"])
    fields["export"] = ExportRules(**data["export"])
    fields["api"] = ApiRules(**api)
    fields["attribution"] = AttributionRules(**data["attribution"])
    fields["findings"] = tuple(Finding(**finding) for finding in data["findings"])
    return SkillPlan(**_tupled(fields, "formats", "examples"))


def _tupled(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: tuple(row[name]) for name in names}}


def _name(document: bytes) -> str:
    return hashlib.sha256(_compiler() + document).hexdigest()[:_DIGEST] + ".plan.json"


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest()[:_DIGEST].encode()


@cache
def _compiler() -> bytes:
    """What stands for the compiler's version: name, size and time of each file that has a say in a plan."""
    here = Path(__file__).parent
    marks = []
    for folder in (here, here / "rules" / "compiled"):
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith((".py", ".json"))]
        marks += [f"{name} {info.st_size} {info.st_mtime_ns}" for name, info in sorted(files)]
    return "\n".join(marks).encode()
