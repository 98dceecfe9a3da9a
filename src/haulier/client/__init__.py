"""A typed client of haulier's HTTP interface, blocking (`Haulier`) and async (`AsyncHaulier`).

It raises the classes of `haulier.errors`; `error.request_id` names the request in the server's log.
"""

from haulier.client.asynchronous import AsyncHaulier
from haulier.client.blocking import Haulier
from haulier.client.models import (
    Acknowledgement,
    Event,
    Failure,
    Job,
    Kind,
    Page,
    Progress,
    Readiness,
    SiteAudit,
)

__all__ = [
    "Acknowledgement",
    "AsyncHaulier",
    "Event",
    "Failure",
    "Haulier",
    "Job",
    "Kind",
    "Page",
    "Progress",
    "Readiness",
    "SiteAudit",
]
