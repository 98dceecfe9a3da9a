"""Every family's own evidence, alone and in the places where tokens turn up."""

import pytest

from haulier.redact import redact_text
from haulier.redact.catalogue import families, iter_labels

PLACES = (
    "{}", "({})", "<b>{}</b>", "see {}, then", "鍵は{}。", '{{"value":"{}"}}', "first\\n{}\\tlast",
    "https://example.com/?q={}&page=2", "q%3D{}%26page", "[{}]", "`{}`", "{}: refused", "path/{}", "{};",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(families()))
@pytest.mark.parametrize("place", PLACES)
def test_a_family_hides_its_tokens_in_every_place(name: str, place: str) -> None:
    """S0-FR6c: the random part of no token survives, whatever stands around it."""
    for secret in families()[name].hides:
        shown = redact_text(place.format(secret))

        assert not survivors(secret, shown), (place, shown)


@pytest.mark.parametrize("name", sorted(families()))
def test_a_family_keeps_its_look_alikes(name: str) -> None:
    """S0-FR6c: what only resembles a token comes back unchanged."""
    for text in families()[name].keeps:
        assert redact_text(text) == text


def test_there_are_at_least_150_formats() -> None:
    assert len(list(iter_labels())) >= 150


def survivors(secret: str, shown: str) -> list[str]:
    """The pieces of twelve characters of the second half of the secret that can still be read."""
    core = secret[len(secret) // 2 :]
    return [core[i : i + 12] for i in range(len(core) - 11) if core[i : i + 12] in shown]
