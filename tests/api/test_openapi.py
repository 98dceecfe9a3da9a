"""The OpenAPI document says what the routes do."""

from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from api.house import CONFIG, House
from api.test_protection import HEALTH, NEEDED
from haulier.api.app import create_app

Document = dict[str, Any]
UNDOCUMENTED = {("GET", "/v1/openapi.json"), ("GET", "/v1/docs")}


@pytest.fixture
async def document(shared_client: httpx2.AsyncClient) -> Document:
    return (await shared_client.get("/v1/openapi.json")).json()


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def examples(node: object, place: str = "") -> Iterator[tuple[str, Document, object]]:
    """Every example beside the schema that it must satisfy."""
    if isinstance(node, dict):
        schema = node.get("schema") if "schema" in node else node
        if "example" in node and isinstance(schema, dict):
            yield place, schema, node["example"]
        if isinstance(node.get("examples"), list):
            for example in node["examples"]:
                yield place, node, example
        for key, value in node.items():
            if key not in {"example", "examples"}:
                yield from examples(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from examples(value, f"{place}/{number}")


async def test_every_example_satisfies_its_schema(document: Document) -> None:
    found = list(examples(document))

    for place, schema, example in found:
        whole = {**dict(schema), "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole)
        assert [error.message for error in validator.iter_errors(example)] == [], place
    assert len(found) > 25


async def test_every_operation_says_what_it_does_and_what_it_needs(document: Document) -> None:
    """S1-5.4: every route but health has a security requirement and names its permission."""
    found: set[tuple[str, str]] = set()
    for method, path, operation in operations(document):
        found.add((method, path))
        assert operation["summary"]
        assert operation["description"]
        if path.startswith("/health"):
            assert operation["security"] == []
            continue
        assert operation["security"] == [{"api_key": []}]
        assert operation["x-permission"] == str(NEEDED[method, path] or "any")
        assert {"401", "403", "500", "503"} <= set(operation["responses"])
    assert found == (NEEDED.keys() | HEALTH) - UNDOCUMENTED


async def test_every_refusal_is_documented_as_a_problem(document: Document) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status >= "400" and not path.startswith("/health"):
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_hot_routes_are_typed_in_the_document(document: Document) -> None:
    post = document["paths"]["/v1/jobs"]["post"]
    get = document["paths"]["/v1/jobs/{job_id}"]["get"]

    body = post["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/NewJob"}
    answer = get["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/Job"}
    assert "Haulier-Duplicate-Of" in post["responses"]["200"]["headers"]


async def test_the_document_is_the_same_in_every_process(shared_house: House) -> None:
    one = create_app(shared_house.services, CONFIG).openapi()
    two = create_app(shared_house.services, CONFIG).openapi()

    assert one == two


async def test_kinds_show_their_schemas(shared_client: httpx2.AsyncClient) -> None:
    listed = (await shared_client.get("/v1/kinds")).json()
    latest = (await shared_client.get("/v1/kinds/site.audit")).json()
    exact = (await shared_client.get("/v1/kinds/site.audit@1")).json()

    assert [kind["name"] for kind in listed["data"]] == ["shop.report", "site.audit"]
    assert latest == exact == listed["data"][1]
    assert latest["args_schema"]["required"] == ["url"]
    assert (latest["has_dedupe"], listed["data"][0]["has_dedupe"]) == (True, False)
