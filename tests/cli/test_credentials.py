import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.contract import Contract
from haulier.cli.credentials import Credentials, data_home, read_credentials, write_credentials
from haulier.errors import ConfigurationInvalid

Haulier = Callable[..., int]
KEPT_KEY = "hlr_" + "s" * 32


def test_commands_use_what_a_server_left_in_the_data_home(
    contract: Contract, haulier: Haulier, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    write_credentials(tmp_path, Credentials(url=contract.url, api_key=KEPT_KEY))
    environment.delenv("HAULIER_URL")
    environment.delenv("HAULIER_API_KEY")

    assert haulier("kinds", "list") == 0

    assert contract.asked[0].headers["authorization"] == f"Bearer {KEPT_KEY}"


def test_a_kept_key_never_goes_to_another_server(
    contract: Contract,
    haulier: Haulier,
    tmp_path: Path,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_credentials(tmp_path, Credentials(url="http://127.0.0.1:9", api_key=KEPT_KEY))
    environment.delenv("HAULIER_API_KEY")

    assert haulier("kinds", "list") == 4

    assert not contract.asked
    assert "haulier up" in capsys.readouterr().err


def test_a_given_key_goes_to_the_kept_server(
    contract: Contract, haulier: Haulier, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    write_credentials(tmp_path, Credentials(url=contract.url, api_key=KEPT_KEY))
    environment.delenv("HAULIER_URL")

    assert haulier("kinds", "list") == 0

    assert KEPT_KEY not in contract.asked[0].headers["authorization"]


def test_the_file_is_its_owners_alone_and_is_replaced_whole(tmp_path: Path) -> None:
    write_credentials(tmp_path, Credentials(url="http://127.0.0.1:1", api_key="a" * 20))
    path = write_credentials(tmp_path, Credentials(url="http://127.0.0.1:2", api_key=KEPT_KEY))

    assert path == tmp_path / "credentials.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {"url": "http://127.0.0.1:2", "api_key": KEPT_KEY}
    assert [entry.name for entry in tmp_path.iterdir()] == ["credentials.json"]


@pytest.mark.parametrize("text", ["", "null", "{}", '{"url": 1, "api_key": "x"}', "\x00", "[[["])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "credentials.json").write_text(text)

    with pytest.raises(ConfigurationInvalid, match=r"credentials\.json"):
        read_credentials(tmp_path)


def test_the_key_is_in_no_repr() -> None:
    assert KEPT_KEY not in repr(Credentials(url="http://127.0.0.1:2", api_key=KEPT_KEY))


def test_the_data_home_is_found_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    as_root = data_home(None, "/data")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")

    assert as_root == Path("/var/lib/haulier")
    assert data_home("/srv/own", "/data") == Path("/srv/own")
    assert data_home(None, "/data") == Path("/data/haulier")
    assert data_home(None, "relative") == Path("/home/ada/.local/share/haulier")
    assert data_home(None, None) == Path("/home/ada/.local/share/haulier")
