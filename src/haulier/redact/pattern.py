"""What a family of token formats is: literals to look for, shapes to match, and its evidence."""

import hashlib
from dataclasses import dataclass

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HEX = "0123456789abcdef"
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One token format."""

    label: str
    """What the mark says: "github-token"."""
    starts: tuple[str, ...]
    """Case-sensitive literals, each of at least two characters, with which the token begins."""
    rest: str
    """Regular expression for what follows the literal. Linear: bounded lookaheads, no nesting."""
    bounded: bool = True
    """False for literals so telling that they count in the middle of a word, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The formats of one sort of provider, with the evidence that tests run."""

    patterns: tuple[Pattern, ...]
    hides: tuple[str, ...]
    """Secrets, built at run time from parts: nothing of their random part may survive."""
    keeps: tuple[str, ...]
    """Look-alikes that must come back unchanged."""


def token(label: str, *starts: str, rest: str, bounded: bool = True) -> Pattern:
    """A format that begins with any of the literals `starts` and goes on with `rest`."""
    return Pattern(label=label, starts=starts, rest=rest, bounded=bounded)


def sample(length: int, alphabet: str = ALNUM, *, seed: str = "") -> str:
    """A string that looks random and is the same in every run: evidence, never a credential."""
    letters: list[str] = []
    counter = 0
    while len(letters) < length:
        digest = hashlib.sha256(f"{seed}|{alphabet}|{counter}".encode()).digest()
        letters += [alphabet[byte % len(alphabet)] for byte in digest]
        counter += 1
    return "".join(letters[:length])
