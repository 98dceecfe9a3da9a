"""The short form of `make fuzz`: the same promises, the same few hundred inputs every time."""

import random
from itertools import islice

import pytest
from fuzz import fetching, redaction
from fuzz.mutation import inputs
from fuzz.targets import TARGETS

_INPUTS = 600


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_promise(name: str) -> None:
    """S0-EX3, S0-FR6a."""
    target = TARGETS[name]

    for data in islice(inputs(target, random.Random(name)), _INPUTS):
        target.run(data)


def test_a_broken_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets that could not fail would prove nothing."""
    monkeypatch.setattr(redaction, "redact_text", str)
    monkeypatch.setattr(fetching, "check_headers", tuple)

    with pytest.raises(AssertionError):
        TARGETS["redact-planted"].run(b"before\0after")
    with pytest.raises(AssertionError):
        TARGETS["headers"].run(b"a:\0b\r\nc")
