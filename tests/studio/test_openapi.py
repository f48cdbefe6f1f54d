"""The studio's calls are those of its description, and whatever is sent to them, the answer is one it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import anyio
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.routing import Route

from studio import Studio, create_app
from studio.description import OPENAPI

from .conftest import ATTRIBUTION, Caller, append_clip, read_header, write_film

DESCRIBED = json.loads(OPENAPI.read_text(encoding="utf-8"))
PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def described() -> Iterator[tuple[str, str, str]]:
    for path, item in DESCRIBED["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield method.upper(), path, item[method]["operationId"]


@dataclass(frozen=True)
class Guest:
    """A signed-in client whose session has a draft, a picture and a film that is being made."""

    app: Starlette
    headers: dict[str, str]
    session_id: str


async def welcome(app: Starlette) -> Guest:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.local") as http:
        caller = Caller(http)
        await caller.sign_in()
        await caller.open_session()
        await caller.upload(("a.jpg", b"IMG a"))
        await caller.say("2000")
        assert (await caller.export("render_1"))["code"] == 0
        return Guest(app, caller.headers | ATTRIBUTION, caller.session_id)


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Guest:
    home = tmp_path_factory.mktemp("studio")
    return anyio.run(welcome, create_app(Studio(home, respond=append_clip, probe=read_header, render=write_film)))


@pytest.fixture(scope="module")
def calls(guest: Guest) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", guest.app)


def test_every_call_is_described_and_every_description_is_a_call(guest: Guest) -> None:
    routes = {
        (method, route.path_format, route.name)
        for route in guest.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes - {("GET", "/openapi.json", "openapi")} == set(described())


@pytest.mark.parametrize(("method", "path"), [call[:2] for call in described()])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_any_request_gets_an_answer_that_was_promised(
    method: str, path: str, mode: GenerationMode, guest: Guest, calls: schemathesis.BaseSchema
) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=calls[path][method].as_strategy(generation_mode=mode), at_home=st.booleans())
    def check(case: schemathesis.Case, at_home: bool) -> None:
        if at_home:  # a stranger's ids only ever reach the first refusal
            _at_home(case, guest)
        case.call_and_validate(headers=guest.headers, checks=PROMISES)

    check()


def _at_home(case: schemathesis.Case, guest: Guest) -> None:
    """Put the guest's own ids where a request has others."""
    own = {"session_id": guest.session_id, "sessionId": guest.session_id, "render_id": "render_1"}
    for given_ids in (case.path_parameters, case.body):
        if isinstance(given_ids, dict):
            given_ids.update({name: value for name, value in own.items() if name in given_ids})
