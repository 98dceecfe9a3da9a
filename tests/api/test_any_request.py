"""Requests of any shape against the running API: whatever comes, no 5xx."""

import warnings
from collections import Counter
from collections.abc import Generator
from typing import Any, TypeAlias

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy, booleans

from api.house import CONFIG, NO_SERVICES
from api.live import Live, live_server
from haulier.api.app import create_app
from support.postgres import Database

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its dependencies' own deprecations
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.result import Ok

from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

Operation: TypeAlias = schemathesis.APIOperation[Any, Any, Any, Any]
Case: TypeAlias = schemathesis.Case[Any]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, object]:
    """What the API says of itself; the application needs no services to say it."""
    return create_app(NO_SERVICES, CONFIG).openapi()


@pytest.fixture(scope="module")
def live(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    blobs = tmp_path_factory.mktemp("live")
    with live_server(shared_database.url, blobs, furnished=False) as live:
        yield live


def operations() -> list[Operation]:
    found: list[Operation] = []
    for result in schemathesis.openapi.from_dict(document()).get_all_operations():
        assert isinstance(result, Ok), result
        found.append(result.ok())
    return found


@pytest.mark.parametrize("operation", operations(), ids=lambda found: found.label)
def test_no_request_makes_a_5xx_or_an_undocumented_answer(operation: Operation, live: Live) -> None:
    headers = {"Authorization": f"Bearer {live.key}"}
    answer = httpx2.post(
        f"{live.url}/v1/site-audits", json={"url": "https://example.com/"}, headers=headers
    )
    known = answer.json()["audit_id"]
    seen: Counter[int] = Counter()

    @settings(
        max_examples=250,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=strategy(operation), is_known=booleans())
    def run(case: Case, is_known: bool) -> None:
        if is_known and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, known)
        answer = case.call_and_validate(
            base_url=live.url, headers=headers, checks=CHECKS, timeout=20
        )
        seen[answer.status_code] += 1

    run()
    assert seen.total() > 10 or not operation.path.startswith("/v1")


def strategy(operation: Operation) -> SearchStrategy[Case]:
    """Requests that fit the document, and requests that do not."""
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )
