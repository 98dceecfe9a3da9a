import pickle
import traceback

import pytest

from client.conftest import API_KEY
from client.contract import JOB_ID, Conduct, Contract, drop, problem, say
from haulier.client import AsyncHaulier, Haulier
from haulier.client.api_key import ApiKey
from haulier.client.base_url import parse_base_url
from haulier.errors import HaulierError, InvalidInput


def test_the_key_travels_in_its_header_alone(contract: Contract, haulier: Haulier) -> None:
    haulier.jobs.enqueue("demo.hello", labels={"region": "eu"})

    (asked,) = contract.asked
    assert asked.headers["authorization"] == f"Bearer {API_KEY}"
    others = {name: value for name, value in asked.headers.items() if name != "authorization"}
    assert API_KEY not in f"{asked.path} {asked.query} {asked.body!r} {others}"


async def test_no_repr_shows_the_key(haulier: Haulier, async_haulier: AsyncHaulier) -> None:
    shown = [haulier, haulier.jobs, haulier._transport.connection, haulier._transport.client]
    shown += [async_haulier, async_haulier._transport.connection, ApiKey(API_KEY)]
    shown += [haulier._transport.connection.headers, vars(haulier), vars(haulier._transport)]

    assert API_KEY not in " ".join(f"{thing!r} {thing!s}" for thing in shown)


@pytest.mark.parametrize("conduct", [drop, say(problem(401, "unauthenticated"))])
def test_no_traceback_shows_the_key_even_with_the_values_of_variables(
    contract: Contract, conduct: Conduct
) -> None:
    contract.script = [conduct]
    haulier = Haulier(contract.url, API_KEY, retries=0)

    with haulier, pytest.raises(HaulierError) as caught:
        haulier.jobs.get(JOB_ID)

    below = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in below.stack if "haulier/client" in frame.filename]
    assert ours
    assert API_KEY not in "".join(below.format())


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "ümlaut", "x" * 513, "\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ApiKey(key)

    assert key == "" or key not in str(caught.value)


def test_a_key_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(ApiKey(API_KEY))


@pytest.mark.parametrize(
    "url", ["https://haulier.example", "https://h/base/", "http://localhost:80", "http://[::1]:8"]
)
def test_these_addresses_may_get_the_key(url: str) -> None:
    assert parse_base_url(url, insecure=False).text == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://haulier.example",
        "http://10.0.0.1:8080",
        "http://127.0.0.1.example.com",
        "http://localhost.example",
        "http://0.0.0.0:8080",
        "https://user:word@haulier.example",
        "https://haulier.example?x=1",
        "https://haulier.example#x",
        "https://",
        "https://h:port",
        "ftp://haulier.example",
        "haulier.example",
        "",
        " https://haulier.example",
        "http://[::1",
    ],
)
def test_these_addresses_never_get_the_key(url: str) -> None:
    with pytest.raises(InvalidInput):
        Haulier(url, API_KEY)


def test_plain_http_to_another_machine_is_a_decision() -> None:
    assert not parse_base_url("http://10.0.0.1:8080", insecure=True).is_loopback


def test_a_proxy_of_the_environment_never_sees_what_stays_on_this_machine(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    contract.add_job(JOB_ID)

    with Haulier(contract.url, API_KEY, retries=0) as haulier:
        assert haulier.jobs.get(JOB_ID).id == JOB_ID


@pytest.mark.parametrize("numbers", [{"timeout": 0}, {"timeout": float("nan")}, {"retries": -1}])
def test_numbers_that_make_no_sense_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        Haulier("http://127.0.0.1:9", API_KEY, **numbers)  # pyright: ignore[reportArgumentType] on purpose
