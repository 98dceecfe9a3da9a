from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.contract import Contract
from client.contract_server import serve_contract
from haulier.cli.app import run

API_KEY = "hlr_" + "k" * 32


@pytest.fixture
def contract() -> Iterator[Contract]:
    with serve_contract() as served:
        yield served


@pytest.fixture(autouse=True)
def environment(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    monkeypatch.setenv("HAULIER_URL", contract.url)
    monkeypatch.setenv("HAULIER_API_KEY", API_KEY)
    monkeypatch.setenv("HAULIER_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    return monkeypatch


@pytest.fixture
def haulier() -> Callable[..., int]:
    return lambda *arguments: run(arguments)
