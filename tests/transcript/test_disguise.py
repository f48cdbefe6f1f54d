"""What belongs to a person does not get into a recording, however the bytes were cut."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.transcript.disguise import Disguise
from skill.transcript.pieces import hidden_pieces

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"

# (what stands in the traffic, the secret in it)
NAMED = [
    ({"data": {"token": "nmv_usr_4711abc"}}, "4711abc"),
    ({"access_token": "opaque-value"}, "opaque-value"),
    ({"refreshToken": "opaque-value"}, "opaque-value"),
    ({"session_id": "0b5e7c"}, "0b5e7c"),
    ({"sessionId": "s-99"}, "s-99"),
    ({"task_id": "t-99"}, "t-99"),
    ({"bind": "b-99"}, "b-99"),
    ({"client_id": "machine-7"}, "machine-7"),
    ({"owner_id": 90210}, "90210"),
    ({"userName": "Ann Other"}, "Ann Other"),
    ({"phone": "+49 30 1234567"}, "1234567"),
    ({"detail": "write to ann.other@mail.example.org"}, "ann.other"),
    ({"message": f"bad token {JWT}"}, JWT),
    ({"message": "Authorization: Bearer abcdefgh12345"}, "abcdefgh12345"),
    ({"id": "1f0c7a52-90e2-4c57-a3d5-0d4c0e5b6a77"}, "1f0c7a52"),
    ({"sha": "0123456789abcdef0123456789abcdef"}, "0123456789abcdef"),
    ({"url": "https://cdn.test/v.mp4?X-Amz-Signature=s3cr3tvalue&part=2"}, "s3cr3tvalue"),
    ({"inner": json.dumps({"token": "inside-a-string"})}, "inside-a-string"),
    ({"link": "https://x.test/claim?ct=clm_aBc123"}, "aBc123"),
]


@pytest.mark.parametrize(("traffic", "secret"), NAMED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_secret_is_replaced(traffic: dict[str, object], secret: str) -> None:
    disguise = Disguise(["me"])
    text = json.dumps(traffic)
    disguise.learn(text)
    hidden = disguise.hide(text)
    assert secret not in hidden
    assert json.loads(hidden).keys() == traffic.keys()


def test_what_is_no_secret_stays() -> None:
    disguise = Disguise(["me", "nemo_agent"])
    text = json.dumps(
        {
            "user_id": "me",
            "app": "nemo_agent",
            "totalTokenCount": 12,
            "d": 4000,
            "text": "a session of 5 takes",
            "id": "",
        }
    )
    disguise.learn(text)
    assert disguise.hide(text) == text


def test_the_same_secret_is_the_same_stand_in_everywhere() -> None:
    disguise = Disguise()
    disguise.learn('{"session_id": "abc-def-1"}')
    assert disguise.hide('see abc-def-1, {"sid": "abc-def-1"}') == 'see session-1, {"sid": "session-1"}'


def test_a_name_that_is_a_word_breaks_no_other_word() -> None:
    disguise = Disguise()
    text = '{"user_name": "Mark", "session_id": "draft", "draft_id": 1, "marker": "Mark, Marked: file-draft"}'
    disguise.learn(text)
    hidden = json.loads(disguise.hide(text))
    assert hidden["marker"] == "person-1, Marked: file-session-1"
    assert hidden["draft_id"] == 1


def test_a_name_is_known_however_json_spells_it() -> None:
    disguise = Disguise()
    text = json.dumps({"nickname": "Zoë", "text": "for Zoë"})
    assert "\\u00eb" in text
    disguise.learn(text)
    assert json.loads(disguise.hide(text)) == {"nickname": "person-1", "text": "for person-1"}
    assert disguise.hide("for Zoë") == "for person-1"


def test_an_id_within_a_longer_name_goes_too() -> None:
    disguise = Disguise()
    disguise.know("session", "abc123def456")
    assert disguise.hide("render_abc123def456_1") == "render_session-1_1"


SECRETS = ["nmv_usr_1a2b3c4d5e", "ann@example.org", "1f0c7a52-90e2-4c57-a3d5-0d4c0e5b6a77"]
TRAFFIC = "data: " + json.dumps(
    {"text": "日落 🌅 für " + " und ".join(SECRETS), "session_id": "sess-77"}, ensure_ascii=False
)


@given(st.lists(st.integers(0, len(TRAFFIC.encode())), max_size=8))
def test_any_cut_hides_the_same(cuts: list[int]) -> None:
    wire = TRAFFIC.encode()
    borders = [0, *sorted(cuts), len(wire)]
    pieces = [wire[a:b] for a, b in pairwise(borders)]
    disguise = Disguise()
    disguise.learn(TRAFFIC)
    hidden = hidden_pieces(disguise, pieces)
    assert len(hidden) == len(pieces)
    assert b"".join(hidden).decode() == disguise.hide(TRAFFIC)
    assert not any(secret in b"".join(hidden).decode() for secret in [*SECRETS, "sess-77"])


@given(st.text(max_size=60), st.lists(st.integers(0, 200), max_size=5))
def test_without_secrets_every_border_stays(text: str, cuts: list[int]) -> None:
    wire = text.encode("utf-8", "replace")
    borders = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    pieces = [wire[a:b] for a, b in pairwise(borders)]
    if Disguise().hide(wire.decode()) == wire.decode():
        assert hidden_pieces(Disguise(), pieces) == pieces
