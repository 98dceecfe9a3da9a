"""Whatever a site does, its audit ends: in a report that says so, or in a named category."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from handlers.auditing import BRISK, Audited, audit, policy_for
from haulier.checks.report import from_json
from haulier.domain.outcomes import Category
from haulier.handlers.base import encode_result
from haulier.safefetch import FetchError
from haulier.testing.broken_site import BROKEN_TARGETS, BrokenSite, serve_broken_site
from haulier.worker.failures import failure

DEADLINE_SECONDS = 30

ENDS_IN_AN_ERROR = {
    "closed-port": Category.NETWORK,
    "empty-answer": Category.NETWORK,
    "not-http": Category.NETWORK,
    "length-too-large": Category.UPSTREAM,
    "length-twice": Category.UPSTREAM,
    "bad-chunks": Category.UPSTREAM,
    "gzip-twice": Category.UPSTREAM,
    "gzip-corrupt": Category.UPSTREAM,
    "redirect-loop": Category.UPSTREAM,
    "redirect-chain": Category.UPSTREAM,
    "huge-header": Category.LIMIT_EXCEEDED,
    "endless-headers": Category.LIMIT_EXCEEDED,
    "redirect-to-metadata": Category.EGRESS_DENIED,
    "redirect-to-private": Category.EGRESS_DENIED,
    "redirect-to-file": Category.EGRESS_DENIED,
    "redirect-to-garbage": Category.EGRESS_DENIED,
    "silent": Category.TIMEOUT,
    "drip": Category.TIMEOUT,
    "drip-headers": Category.TIMEOUT,
    "reset-mid-body": Category.NETWORK,
}

SAYS = {
    "status-404": "answered 404",
    "status-500": "answered 500",
    "status-429": "answered 429",
    "empty-body": "no content",
    "pdf": "application/pdf, not HTML",
    "json": "application/json, not HTML",
    "gzip-bomb": "was cut after",
    "endless-body": "was cut after",
    "redirect-to-nothing": "answered 302",
    "not-tls": "does not answer over https",
    "certificate-expired": "does not answer over https",
}
"""What the report's errors say of the page."""


@pytest.fixture
async def broken() -> AsyncGenerator[BrokenSite]:
    async with serve_broken_site() as site:
        yield site


async def audit_broken(site: BrokenSite, name: str) -> Audited:
    policy = policy_for(target.url for target in site.targets.values())
    async with asyncio.timeout(DEADLINE_SECONDS):
        return await audit(site.targets[name].url, policy=policy, trust=site.ca_file, limits=BRISK)


@pytest.mark.parametrize("name", sorted(ENDS_IN_AN_ERROR))
async def test_a_site_that_gives_no_page_ends_in_a_category(broken: BrokenSite, name: str) -> None:
    with pytest.raises(FetchError) as caught:
        await audit_broken(broken, name)

    failed = failure(caught.value)
    assert failed.category is ENDS_IN_AN_ERROR[name]
    assert caught.value.code in failed.error


@pytest.mark.parametrize("name", sorted(BROKEN_TARGETS.keys() - ENDS_IN_AN_ERROR.keys()))
async def test_a_broken_page_gives_a_report_that_says_so(broken: BrokenSite, name: str) -> None:
    audited = await audit_broken(broken, name)

    report = audited.report
    assert from_json(encode_result(report)) == report
    said = [entry.message for entry in report.errors if entry.check is None]
    assert SAYS.get(name, "") in " ".join(said)
    assert report.partial == ("cut after" in SAYS.get(name, ""))
    assert report.scores.overall is not None
    assert report.scores.overall < 80


@pytest.mark.parametrize(
    "name", sorted(name for name in BROKEN_TARGETS if name.startswith("certificate-"))
)
async def test_a_bad_certificate_caps_the_score_of_security(broken: BrokenSite, name: str) -> None:
    audited = await audit_broken(broken, name)

    failing = {check.id for check in audited.report.checks if check.status.value == "fail"}
    assert failing & {"tls.certificate", "tls.key"}
    assert audited.report.scores.categories["security"] <= 40
