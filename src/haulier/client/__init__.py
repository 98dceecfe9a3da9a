"""A typed client of haulier's HTTP interface, blocking (`Haulier`) and async (`AsyncHaulier`).

It raises the classes of `haulier.errors`; `error.request_id` names the request in the server's log.
"""

from haulier.client.asynchronous import AsyncHaulier
from haulier.client.blocking import Haulier
from haulier.client.models import (
    Acknowledgement,
    DeadLetter,
    Event,
    Failure,
    Job,
    Kind,
    LetterGroup,
    Page,
    Progress,
    PurgeReport,
    Readiness,
    ReplayReport,
    SiteAudit,
)

__all__ = [
    "Acknowledgement",
    "AsyncHaulier",
    "DeadLetter",
    "Event",
    "Failure",
    "Haulier",
    "Job",
    "Kind",
    "LetterGroup",
    "Page",
    "Progress",
    "PurgeReport",
    "Readiness",
    "ReplayReport",
    "SiteAudit",
]
