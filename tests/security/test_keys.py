"""API keys: made, parsed, compared."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.security.keys import digest_matches, mint_key, parse_key


def test_a_minted_key_is_read_back_and_matches_its_digest() -> None:
    """S1-5.2."""
    minted = mint_key()

    parsed = parse_key(minted.text)

    assert parsed is not None
    assert parsed.id == minted.id
    assert minted.id.version == 7
    assert digest_matches(parsed.secret, minted.digest)
    assert minted.digest == hashlib.sha256(parsed.secret.reveal().encode()).digest()


def test_a_key_has_256_random_bits_and_shows_itself_nowhere() -> None:
    """S1-5.2."""
    minted = mint_key()
    parsed = parse_key(minted.text)

    assert parsed is not None
    assert len(bytes.fromhex(parsed.secret.reveal())) == 32
    assert minted.text.startswith("hlr_live_")
    assert parsed.secret.reveal() not in repr(minted) + repr(parsed)
    assert len({mint_key().text for _ in range(100)}) == 100


def test_another_keys_digest_does_not_match() -> None:
    """S1-5.2."""
    parsed = parse_key(mint_key().text)

    assert parsed is not None
    assert not digest_matches(parsed.secret, mint_key().digest)
    assert not digest_matches(parsed.secret, bytes(32))
    assert not digest_matches(parsed.secret, b"")


@pytest.mark.parametrize("change", [0, 4, 9, 20, 41, 42, 105])
def test_a_key_with_one_changed_character_is_another_key_or_none(change: int) -> None:
    minted = mint_key()
    letter = "1" if minted.text[change] == "0" else "0"
    changed = minted.text[:change] + letter + minted.text[change + 1 :]

    parsed = parse_key(changed)

    assert (
        parsed is None or parsed.id != minted.id or not digest_matches(parsed.secret, minted.digest)
    )


def test_only_the_exact_form_is_a_key() -> None:
    key = mint_key().text
    for spoiled in (
        "",
        key.upper(),
        f"{key}\n",
        f" {key}",
        key[:-1],
        f"{key}0",
        key.replace("live", "test"),
        f"{key[:-1]}\N{FULLWIDTH DIGIT ZERO}",
        key * 100_000,
    ):
        assert parse_key(spoiled) is None, spoiled[:120]


@given(st.text() | st.from_regex(r"hlr_live_[0-9a-f]{0,40}_.{0,70}"))
def test_any_text_can_be_asked(text: str) -> None:
    parsed = parse_key(text)

    assert parsed is None or text == f"hlr_live_{parsed.id.hex}_{parsed.secret.reveal()}"
