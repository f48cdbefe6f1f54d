"""What a token looks like: said once, and held to in every place that hides one."""

import pytest

from api import holds_token
from api.refusals import scrub
from skill.turn.logs import HIDDEN, Redaction
from skill.turn.neutral import neutral

SIGNING = ["nmv_usr_0123-abc_X", "nmv_org_77", "NMV_USR_77", "nmv_svc2_a.b~c", "skt_a-b"]
CLAIMS = ["clm_77", "nmv_clm_77"]


@pytest.mark.parametrize("token", SIGNING)
def test_a_token_that_signs_is_hidden_everywhere(token: str) -> None:
    assert holds_token(f"https://x.test/?next=%3D{token}") or token.startswith("skt_")
    assert holds_token(f"a {token}.")
    assert neutral(f"Yours: {token}. Fine.") == "Yours: …. Fine."
    assert scrub(f"bad {token}, sorry") == "bad …, sorry"
    assert Redaction().text(f"bad {token}, sorry") == f"bad {HIDDEN}, sorry"


@pytest.mark.parametrize("token", CLAIMS)
def test_a_token_of_a_link_is_the_users_to_see_and_nobody_elses(token: str) -> None:
    assert not holds_token(f"https://x.test/claim?ct={token}")
    assert neutral(f"A link: {token}.") == f"A link: {token}."
    assert scrub(f"bad {token}.") == "bad …."
    assert Redaction().text(f"bad {token}.") == f"bad {HIDDEN}."


@pytest.mark.parametrize("words", ["nmv_ is how it begins", "a desktop_file", "claim_77", "nmv_usr_"])
def test_other_words_stay(words: str) -> None:
    assert not holds_token(words)
    assert neutral(words) == scrub(words) == Redaction().text(words) == words
