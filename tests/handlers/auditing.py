"""Runs the kind `site.audit` in this process, against a site on loopback."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from haulier.checks.base import Status
from haulier.checks.report_schema import CheckEntry, Report
from haulier.handlers.kinds.site_audit import SiteAuditArgs, site_audit
from haulier.safefetch import Limits, Policy
from haulier.testing.fake_job import FakeJob

LOOPBACK: Final = (ip_network("127.0.0.1/32"),)
BRISK: Final = Limits(
    total_seconds=1.0, connect_seconds=1.0, first_byte_seconds=0.5, idle_seconds=0.5
)
"""For sites that never answer: nobody here is far away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What came of it, and the job as it was left."""

    report: Report
    job: FakeJob

    def check(self, check_id: str) -> CheckEntry:
        return next(check for check in self.report.checks if check.id == check_id)

    def ids(self, *statuses: Status) -> set[str]:
        return {check.id for check in self.report.checks if check.status in statuses}


def policy_for(urls: Iterable[str]) -> Policy:
    """Opens loopback, and the ports of these URLs."""
    ports = {urlsplit(url).port or 80 for url in urls}
    return Policy(allow=LOOPBACK, ports=frozenset({80, 443, *ports}))


async def audit(
    url: str,
    *,
    policy: Policy,
    trust: Path | None = None,
    limits: Limits | None = None,
    args: SiteAuditArgs | None = None,
) -> Audited:
    async with FakeJob(policy=policy, trust=trust, limits=limits) as job:
        report = await job.run(site_audit, args or SiteAuditArgs(url=url))
    assert isinstance(report, Report)
    return Audited(report=report, job=job)
