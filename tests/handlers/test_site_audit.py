"""The kind `site.audit` against the sample site, in one process."""

import asyncio
from collections.abc import AsyncGenerator

import msgspec
import pytest

from handlers.auditing import Audited, audit, policy_for
from haulier.checks.base import Status
from haulier.checks.report import from_json, to_json
from haulier.checks.report_html import render_html
from haulier.checks.report_schema import Report
from haulier.handlers.base import encode_result
from haulier.handlers.kinds.site_audit import SiteAuditArgs, site_audit
from haulier.handlers.outcomes import Permanent
from haulier.testing.fake_job import FakeJob
from haulier.testing.planted_faults import PLANTED_FAULTS
from haulier.testing.site_conduct import CONDUCTS, Variant
from haulier.testing.site_server import SampleSite, serve_sample_site

COOKIE_VALUES = [
    value.partition("=")[2].partition(";")[0]
    for conduct in CONDUCTS.values()
    for name, value in conduct.by_path["/"]
    if name == "Set-Cookie" and len(value.partition("=")[2].partition(";")[0]) > 3
]


@pytest.fixture
async def faulty() -> AsyncGenerator[SampleSite]:
    async with serve_sample_site("faulty") as site:
        yield site


@pytest.fixture
async def sound() -> AsyncGenerator[SampleSite]:
    async with serve_sample_site("sound") as site:
        yield site


async def audit_site(site: SampleSite, args: SiteAuditArgs | None = None) -> Audited:
    policy = policy_for([site.https_url, site.http_url])
    return await audit(site.https_url, policy=policy, trust=site.ca_file, args=args)


async def test_the_sound_site_passes_all_but_what_loopback_cannot_offer(sound: SampleSite) -> None:
    audited = await audit_site(sound)

    assert audited.ids(Status.FAIL, Status.ERROR) == set()
    assert audited.ids(Status.WARN) == {"http.http2"}
    assert audited.report.scores.categories["security"] == 100
    assert audited.report.scores.grade == "A"
    assert audited.report.errors == []
    assert not audited.report.partial


async def test_the_sound_site_has_the_observatory_score_of_its_header_fields(
    sound: SampleSite,
) -> None:
    """Base 100, then every bonus that a page can earn (algorithm 6)."""
    observatory = (await audit_site(sound)).report.observatory

    modifiers = [test.modifier for test in observatory.tests.values()]
    assert len(modifiers) == 12
    assert all(test.passes for test in observatory.tests.values())
    assert (observatory.score, observatory.grade) == (100 + sum(modifiers), "A+")
    assert observatory.score == 155


async def test_every_planted_fault_of_the_start_page_is_found(faulty: SampleSite) -> None:
    audited = await audit_site(faulty)

    judged = {check.id: check.status.value for check in audited.report.checks}
    expected = {
        fault.check_id: fault.status
        for fault in PLANTED_FAULTS
        if fault.page == "/" and fault.check_id in judged
    }
    assert len(expected) >= 57
    assert {check_id: judged[check_id] for check_id in expected} == expected
    assert audited.report.observatory.grade == "F"


async def test_the_report_survives_json_and_html(faulty: SampleSite) -> None:
    report = (await audit_site(faulty)).report

    document = encode_result(report)
    assert from_json(document) == report
    assert to_json(from_json(document)) == document
    assert msgspec.json.decode(document, type=Report).schema == "haulier.audit/1"
    assert "<script" not in render_html(report)


@pytest.mark.parametrize("variant", ["sound", "faulty"])
async def test_no_cookie_value_is_in_the_report(variant: Variant) -> None:
    async with serve_sample_site(variant) as site:
        report = (await audit_site(site)).report

    said = encode_result(report).decode() + render_html(report)
    assert len(COOKIE_VALUES) >= 3
    assert [value for value in COOKIE_VALUES if value in said] == []
    assert "session" in said


async def test_progress_goes_from_nothing_to_all_and_never_back(faulty: SampleSite) -> None:
    job = (await audit_site(faulty)).job

    fractions = [told.fraction for told in job.told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert [line.message for line in job.logs][::6] == ["audit.fetched", "audit.done"]


@pytest.mark.parametrize("variant", ["sound", "faulty"])
async def test_a_page_costs_at_most_fourteen_requests_and_twenty_heads(
    variant: Variant,
) -> None:
    async with serve_sample_site(variant) as site:
        await audit_site(site)

    heads = [asked for asked in site.asked if asked.method == "HEAD"]
    assert 0 < len(heads) <= 20
    assert 10 <= len(site.asked) - len(heads) <= 14
    assert {asked.method for asked in site.asked} == {"GET", "OPTIONS", "HEAD"}


async def test_the_recipe_can_be_narrowed(sound: SampleSite) -> None:
    args = SiteAuditArgs(
        url=sound.https_url, categories=("security", "links"), checks_off=("sec.csp",)
    )

    report = (await audit_site(sound, args)).report

    assert {check.category for check in report.checks} == {"security", "links"}
    assert "sec.csp" not in {check.id for check in report.checks}
    assert report.observatory.score is None


@pytest.mark.parametrize(
    "args",
    [
        {"categories": ("secrutiy",)},
        {"checks_off": ("sec.nothing",)},
        {"categories": ("",)},
        {"checks_off": ("' or 1=1 --", "\x00", "\u202e")},
    ],
)
async def test_unknown_names_end_the_audit_for_good(
    sound: SampleSite, args: dict[str, tuple[str, ...]]
) -> None:
    wrong = msgspec.convert({"url": sound.https_url, **args}, SiteAuditArgs)

    with pytest.raises(Permanent) as caught:
        await audit_site(sound, wrong)

    assert caught.value.category == "validation"


async def test_an_audit_stops_when_it_is_cancelled(sound: SampleSite) -> None:
    policy = policy_for([sound.https_url, sound.http_url])
    async with FakeJob(policy=policy, trust=sound.ca_file) as job, asyncio.timeout(10):

        async def cancel_after_the_page() -> None:
            while not sound.asked:  # noqa: ASYNC110 - the site has no event to wait for
                await asyncio.sleep(0)
            job.cancel()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(cancel_after_the_page())
            with pytest.raises(asyncio.CancelledError):
                await job.run(site_audit, SiteAuditArgs(url=sound.https_url))

    assert job.cancelled
    assert len(sound.asked) <= 2
