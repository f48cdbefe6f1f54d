"""Which backend answers, who it thinks we are, and what it is never told."""

import json
from pathlib import Path

import anyio
import pytest

from skill.turn.backend import UnknownBackend, base_address, open_backend
from skill.turn.run import Runtime, run_turn
from skill.turn.settings import Settings

from .conftest import Bench, MemoryLog

OTHER = "https://films.example"


def hosts(bench: Bench) -> set[str]:
    return {request.url.host for _, request in bench.backend.requests}


def tokens(bench: Bench) -> set[str]:
    return {request.headers.get("authorization", "") for _, request in bench.backend.requests} - {""}


@pytest.mark.parametrize(
    ("backend", "settings", "address"),
    [
        ("local", Settings(), "http://studio.local"),
        ("cloud", Settings(), "https://mega-api-prod.nemovideo.ai"),
        ("cloud", Settings(api_url="https://stage.test/"), "https://stage.test"),
        ("http://127.0.0.1:8080/", Settings(), "http://127.0.0.1:8080"),
    ],
)
def test_where_calls_go(bench: Bench, backend: str, settings: Settings, address: str) -> None:
    bench.settings = settings
    assert base_address(backend, bench.runtime()) == address


def test_a_backend_nobody_knows_is_said_to_be_unknown(bench: Bench) -> None:
    with pytest.raises(UnknownBackend):
        base_address("ftp://x", bench.runtime())
    bench.name = "clowd"
    log = bench.turn("credits")
    assert (log.problem.code, "clowd" in log.problem.message) == ("bad_backend", True)


@pytest.mark.parametrize("address", ["http://films.example", "http://10.0.0.7:8000"])
@pytest.mark.parametrize("as_cloud", [True, False])
def test_nothing_goes_to_another_machine_unencrypted(bench: Bench, address: str, as_cloud: bool) -> None:
    bench.settings = Settings(token="given-token", api_url=address if as_cloud else None)
    bench.name = "cloud" if as_cloud else address
    log = bench.turn("credits")
    assert (log.problem.code, address in log.problem.message) == ("plain_backend", True)
    assert bench.backend.calls == []


def test_the_clouds_token_is_the_users_own_where_one_is_given(bench: Bench) -> None:
    bench.settings = Settings(token="given-token")
    bench.turn("credits")
    assert tokens(bench) == {"Bearer given-token"}
    assert "anonymous_token" not in bench.backend.calls


def test_another_address_never_sees_the_clouds_token(bench: Bench) -> None:
    bench.settings = Settings(token="given-token")
    bench.name = OTHER
    bench.turn("credits")
    assert hosts(bench) == {"films.example"}
    assert tokens(bench) == {"Bearer tok-anonymous"}


def test_the_cloud_shares_the_familys_client_id_and_a_loopback_backend_does_not(bench: Bench) -> None:
    family = Path.home() / ".config" / "nemovideo" / "client_id"
    for name in ("local", "http://127.0.0.1:9"):
        bench.name = name
        bench.turn("credits")
        assert not family.exists()
    assert (bench.folder / "home" / "client_id").exists()
    bench.name = "cloud"
    bench.turn("credits")
    sent = [request.headers["x-client-id"] for call, request in bench.backend.requests if call == "anonymous_token"]
    assert family.read_text().strip() == sent[-1]
    assert len(set(sent)) == 2


def test_a_preset_client_id_is_used(bench: Bench) -> None:
    bench.settings = Settings(client_id="preset-id")
    bench.turn("credits")
    sent = [request.headers["x-client-id"] for call, request in bench.backend.requests if call == "anonymous_token"]
    assert sent == ["preset-id"]


def test_a_token_is_kept_for_the_next_conversation(bench: Bench) -> None:
    bench.turn("credits")
    bench.log.conversation = type(bench.log.conversation)()
    bench.turn("credits")
    assert bench.backend.calls.count("anonymous_token") == 1
    kept = bench.folder / "home" / "tokens.json"
    assert "tok-anonymous" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_no_token_reaches_an_event(bench: Bench) -> None:
    bench.settings = Settings(token="given-token")
    log = bench.turn("credits")
    assert "given-token" not in str(log.events)
    assert "given-token" not in json.dumps([str(request.url) for _, request in bench.backend.requests])


def test_the_embedded_studio_answers_without_a_network(bench: Bench) -> None:
    pytest.importorskip("starlette")
    bench.name = "local"

    async def main() -> object:
        runtime = Runtime(bench.plan, bench.settings, bench.clock, bench.folder / "home")
        async with bench.clock, open_backend(bench.request("credits"), runtime, bench.log.conversation) as client:
            signed_in = await client.sign_in()
            return signed_in.fresh, (await client.balance()).available

    assert anyio.run(main) == (True, None)


def test_the_embedded_studio_is_looked_at_after_its_own_tasks_were_stopped(bench: Bench) -> None:
    """They end with the turn, so what had been applied is asked of a studio opened anew."""
    pytest.importorskip("starlette")
    bench.name = "local"
    scopes: list[anyio.CancelScope] = []

    class Stopping(MemoryLog):
        def still_ours(self) -> None:
            scopes[0].cancel()

    log = Stopping()

    async def main() -> None:
        async with bench.clock:
            with anyio.CancelScope() as scope:
                scopes.append(scope)
                runtime = Runtime(bench.plan, bench.settings, bench.clock, bench.folder / "home")
                await run_turn(bench.request("make it warmer"), log, runtime)

    anyio.run(main)
    assert scopes[0].cancelled_caught
    assert log.texts[-1] == "Stopped. Nothing in your video had changed yet."
    assert log.done.state == "cancelled"
