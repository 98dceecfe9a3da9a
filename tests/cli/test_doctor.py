import json
from collections.abc import Callable

import pytest

from haulier.cli import doctor
from haulier.cli.doctor_leaks import Searched, Spilled

Haulier = Callable[..., int]


@pytest.mark.serial
def test_an_installation_of_its_own_keeps_no_planted_secret(
    haulier: Haulier, capsys: pytest.CaptureFixture[str]
) -> None:
    """S0-BR5, S0-NFR3b."""
    assert haulier("doctor", "leaks", "--json") == 0

    found = {one["place"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["job args"]["by_design"]
    assert {"args/github", "told/jwt", "raised/aws"} <= set(found["job args"]["hits"])
    assert {place for place, one in found.items() if one["hits"]} == {"job args"}
    for place in ("table job_events", "table job_results", "table dead_letters", "log lines"):
        assert found[place]["size"] > 1000
    for place in ("events", "reports", "problems", "job errors"):
        assert found[place]["size"] > 1000


def test_a_secret_that_got_through_is_found_by_name() -> None:
    spilled = Spilled()
    spilled.keep("log lines", ["clean", f"not {spilled.canaries.one('header', 'stripe')} clean"])
    spilled.keep("events", ["clean"])

    assert [(one.place, one.hits) for one in spilled.search()] == [
        ("log lines", ["header/stripe"]),
        ("events", []),
    ]


def test_a_leak_ends_with_exit_6(
    haulier: Haulier, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def hunt(_notify: object) -> list[Searched]:
        return [
            Searched(place="job args", size=9, hits=["args/jwt"], by_design=True),
            Searched(place="log lines", size=7, hits=["header/stripe"]),
        ]

    monkeypatch.setattr(doctor, "hunt", hunt)

    assert haulier("doctor", "leaks") == 6
    told = capsys.readouterr().out
    assert "kept by design" in told
    assert "header/stripe" in told
    assert "1 secrets got through." in told
