"""What the schema of `site.audit` refuses before a job is made of it."""

import jsonschema_rs
import pytest

from haulier.domain.schemas import fetched_properties
from haulier.handlers.kinds.site_audit import SiteAuditArgs, site_audit

URL = "https://example.com/"


def is_valid(args: object) -> bool:
    return jsonschema_rs.Draft202012Validator(site_audit.kind.args_schema).is_valid(args)


@pytest.mark.parametrize(
    "args",
    [
        {"url": URL},
        {"url": URL, "mode": "page", "categories": ["seo"], "checks_off": ["sec.csp"]},
        {"url": URL, "categories": [], "checks_off": []},
    ],
)
def test_sensible_args_are_valid(args: dict[str, object]) -> None:
    assert is_valid(args)
    assert isinstance(site_audit.decode_args(_json(args)), SiteAuditArgs)


@pytest.mark.parametrize(
    "args",
    [
        {},
        [],
        None,
        "https://example.com/",
        {"url": ""},
        {"url": None},
        {"url": 7},
        {"url": [URL]},
        {"url": "http://"},
        {"url": URL + "a" * 2048},
        {"url": URL, "mode": "site"},
        {"url": URL, "mode": None},
        {"url": URL, "categories": "seo"},
        {"url": URL, "categories": ["seo"] * 7},
        {"url": URL, "categories": [1]},
        {"url": URL, "categories": {"0": "seo"}},
        {"url": URL, "checks_off": ["sec.csp"] * 201},
        {"url": URL, "checks_off": [None]},
        {"url": URL, "workspace_id": "other"},
        {"url": URL, "Url": URL},
        {"url": URL, "__proto__": {}},
    ],
)
def test_other_args_are_refused(args: object) -> None:
    assert not is_valid(args)


def test_the_url_is_marked_as_one_that_will_be_fetched() -> None:
    assert fetched_properties(site_audit.kind.args_schema) == ("url",)


def _json(args: dict[str, object]) -> str:
    import json

    return json.dumps(args)
