"""A recorded turn replays as it went, wherever it was recorded, and tells nobody's secrets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from skill.hosts.cli import main

ROOT = Path(__file__).parent.parent.parent
STREAM = (
    'data: {"content":{"parts":[{"functionCall":{"args":{},"name":"crop"}}],"role":"model"},"author":"nemo_agent"}\n\n',
    'data: {"content":{"parts":[{"text":"Alles für Ann',
    'a ist fertig. (s-4711)"}],"role":"model"},"author":"nemo_agent"}\n\ndata: heartbeat\n\n',
)
DRAFT = {"t": [{"tt": 0, "sg": [{"d": 2000, "m": {"name": "a.jpg", "owner_id": "u-90210"}}]}]}


class Backend(BaseHTTPRequestHandler):
    """The smallest backend that answers every call, with secrets wherever one can be."""

    protocol_version = "HTTP/1.1"
    cut = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        answers: dict[str, Any] = {
            "/api/auth/anonymous-token": {"code": 0, "data": {"token": "nmv_usr_s3cret", "credits": 100}},
            "/api/tasks/me/with-session/nemo_agent": {
                "code": 0,
                "data": {"task_id": "t-4711", "session_id": "s-4711", "bind_id": "b-4711", "user_name": "Anna"},
            },
            "/api/upload-video/nemo_agent/me/s-4711": {"code": 0, "data": {"files": [{"name": "a.jpg"}]}},
            "/api/render/proxy/lambda": {"code": 0, "status": "pending", "retry_after_ms": 20},
        }
        if self.path == "/run_sse":
            self.stream()
        else:
            self.answer(answers[self.path])

    def do_GET(self) -> None:
        url = f"http://{self.headers['host']}/films/v.mp4?Expires=1&Signature=s1gned"
        done = {"status": "completed", "output": {"url": url}}
        answers: dict[str, Any] = {
            "/api/credits/balance/simple": {"code": 0, "data": {"available": 7, "frozen": 0, "total": 9}},
            "/api/state/nemo_agent/me/s-4711/latest": {"code": 0, "data": {"state": {"draft": DRAFT}}},
        }
        if "/films/" in self.path or self.path.endswith("/download"):
            self.send_response(200)
            self.send_header("content-type", "video/mp4")
            self.send_header("content-length", "9")
            self.end_headers()
            self.wfile.write(b"film film")
        else:
            self.answer(answers.get(self.path, done))

    def answer(self, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("set-cookie", "sid=c00kie-4711; Path=/")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in [*STREAM[:1]] if self.cut else [*STREAM, ""]:
            self.wfile.write(f"{len(piece.encode()):x}\r\n{piece}\r\n".encode())
            self.wfile.flush()
            threading.Event().wait(0.03)
        self.close_connection = self.cut

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def backend() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a photo, and a home of its own."""
    for name in ("NEMO_TOKEN", "NEMO_API_URL", "NEMO_CLIENT_ID", "NEMO_WEB_URL", "SKILL_SOURCE", "SKILLTURN_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SKILLTURN_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Image.new("RGB", (96, 64), "teal").save("a.jpg")
    return tmp_path / "work"


def record(*arguments: str) -> int:
    return main(["record", *arguments, "--skill", str(ROOT)])


def recorded(path: Path) -> dict[str, Any]:
    transcript: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return transcript


def test_the_studio_is_recorded_and_replays_without_it(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert record("x.transcript.yaml", "Turn this into a 2-second square video", "--file", "a.jpg") == 0
    told = capsys.readouterr()
    assert "a.jpg" in told.out
    assert "it replays as it went" in told.err
    transcript = recorded(desk / "x.transcript.yaml")
    assert transcript["settings"] == {"backend": "local"}
    (turn,) = transcript["turns"]
    assert turn["files"] == ["a.jpg"]
    assert [reply["call"] for reply in turn["backend"]] == [
        "anonymous_token",
        "create_session",
        "upload",
        "state",
        "send",
    ]
    send = turn["backend"][-1]
    assert send["request"]["new_message"]["parts"] == [{"text": "Turn this into a 2-second square video"}]
    assert any("wait_s" in step for step in send["stream"])
    assert turn["host"][-1] == {"kind": "done", "state": "finished", "routes": ["upload", "chat"]}

    # the next call adds the next turn and leaves the first as it stands
    before = (desk / "x.transcript.yaml").read_text(encoding="utf-8")
    assert record("x.transcript.yaml", "add the title 'Hi'", "--then", "credits") == 0
    after = (desk / "x.transcript.yaml").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert [turn["utterance"] for turn in recorded(desk / "x.transcript.yaml")["turns"][1:]] == [
        "add the title 'Hi'",
        "credits",
    ]
    assert main(["replay", "x.transcript.yaml", "--skill", str(ROOT)]) == 0

    # and a new beginning is asked for
    assert record("x.transcript.yaml", "credits", "--new") == 0
    assert len(recorded(desk / "x.transcript.yaml")["turns"]) == 1


def test_any_backend_is_recorded_without_its_secrets(
    desk: Path, backend: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = record(
        "x.transcript.yaml",
        "Mach ein schönes Video daraus",
        "--file",
        "a.jpg",
        "--then",
        "export",
        "--backend",
        backend,
    )
    assert code == 0, capsys.readouterr().err
    text = (desk / "x.transcript.yaml").read_text(encoding="utf-8")
    for secret in ("s3cret", "4711", "90210", "Anna", "s1gned", str(desk), str(Path.home())):
        assert secret not in text, secret
    client_id = (desk.parent / "home" / "client_id").read_text(encoding="utf-8")
    assert client_id not in text
    first, export = recorded(desk / "x.transcript.yaml")["turns"]
    stream = next(reply for reply in first["backend"] if reply["call"] == "send")["stream"]
    assert [next(iter(step)) for step in stream if "wait_s" not in step] == ["tool", "raw", "raw"]
    assert stream[-1]["raw"].endswith("data: heartbeat\n\n")
    assert any(event.get("text", "").startswith("Alles für person-1 ist fertig.") for event in first["host"])
    film = next(reply for reply in export["backend"] if reply["call"] == "download")
    assert film["text"] == "a film of 9 bytes"
    assert film["headers"] == {"content-type": "video/mp4"}
    assert (desk / "image-to-video-generator.mp4").read_bytes() == b"film film"


def test_a_token_that_was_there_is_not_asked_for_in_the_replay(desk: Path, backend: str) -> None:
    assert record("first.transcript.yaml", "credits", "--backend", backend) == 0
    assert record("second.transcript.yaml", "credits", "--backend", backend) == 0
    replies = recorded(desk / "second.transcript.yaml")["turns"][0]["backend"]
    assert replies[0] == {
        "call": "anonymous_token",
        "optional": True,
        "json": {"code": 0, "data": {"token": "token-1"}},
    }


def test_a_token_of_the_users_own_is_a_stand_in(desk: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "my-own-token-1234")
    monkeypatch.setenv("NEMO_API_URL", backend)
    assert record("x.transcript.yaml", "credits") == 0
    text = (desk / "x.transcript.yaml").read_text(encoding="utf-8")
    assert "my-own-token" not in text
    assert recorded(desk / "x.transcript.yaml")["settings"]["token"] == "token-1"


def test_a_connection_that_breaks_is_recorded_as_that(
    desk: Path, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Backend, "cut", True)
    monkeypatch.setattr("skill.turn.afterwards.FIRST_LOOK_S", 0.01)
    monkeypatch.setattr("skill.turn.afterwards.NEXT_LOOK_S", 0.01)
    assert record("x.transcript.yaml", "make it warm", "--backend", backend) == 6
    (turn,) = recorded(desk / "x.transcript.yaml")["turns"]
    send = next(reply for reply in turn["backend"] if reply["call"] == "send")
    assert send["stream"][-1] == {"cut": True}
    assert [reply["call"] for reply in turn["backend"]].count("send") == 1
    assert main(["replay", "x.transcript.yaml", "--skill", str(ROOT)]) == 0


def test_nobody_there_is_recorded_too(desk: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert record("x.transcript.yaml", "credits", "--backend", f"http://127.0.0.1:{port}") == 7
    (turn,) = recorded(desk / "x.transcript.yaml")["turns"]
    assert turn["backend"][-1]["fails"] == "connect"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("x.yaml", "credits"), 2, "ends with .transcript.yaml"),
        (("nowhere/x.transcript.yaml", "credits"), 8, "no such folder"),
        (("x.transcript.yaml", "credits", "--file", "missing.jpg"), 8, "missing.jpg"),
        (("x.transcript.yaml", ""), 2, "15-second"),
        (("there.transcript.yaml", "credits"), 2, "not its conversation"),
    ],
)
def test_a_call_that_cannot_be_recorded_says_why(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    (desk / "there.transcript.yaml").write_text("turn: {utterance: credits}\n", encoding="utf-8")
    assert record(*arguments) == code
    told = capsys.readouterr()
    assert words in told.out + told.err
    assert not (desk / "x.transcript.yaml").exists()
