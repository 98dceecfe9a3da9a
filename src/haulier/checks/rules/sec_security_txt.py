"""`sec.security-txt`: where finders of a weakness can turn to (RFC 9116)."""

import re
from datetime import UTC, datetime, timedelta

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.exchanges import clip, scheme_of
from haulier.checks.facts import Exchange, SiteFacts

_LONGEST = timedelta(days=366)
_READ_LIMIT = 32_768
_MOMENT = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def _inspect(facts: SiteFacts) -> Verdict:
    file = facts.security_txt
    if file is None or not _is_there(file):
        return NOT_APPLICABLE
    fields = _fields(file)
    expires = fields.get("expires", [])
    moment = _moment(expires[0]) if len(expires) == 1 else None
    faults = _faults(fields, moment, facts.now)
    if faults:
        return failed(*(Finding(message=fault, url=file.url) for fault in faults))
    hints = _hints(file, moment, facts.now)
    return warned(*(Finding(message=hint, url=file.url) for hint in hints)) if hints else PASSED


def _is_there(file: Exchange) -> bool:
    """An HTML page in its place is a site that answers every path, not a file."""
    return file.ok and file.status == 200 and file.media_type not in _HTML  # noqa: PLR2004


def _fields(file: Exchange) -> dict[str, list[str]]:
    """Lower-cased field name -> its values; comments, signatures and blank lines drop out."""
    fields: dict[str, list[str]] = {}
    text = file.body[:_READ_LIMIT].decode("utf-8", "replace").removeprefix("\ufeff")
    for line in text.splitlines():
        name, separator, value = line.removeprefix("- ").partition(":")
        if separator and value.strip() and not name.startswith("#"):
            fields.setdefault(name.strip().lower(), []).append(value.strip())
    return fields


def _faults(
    fields: dict[str, list[str]], expires: datetime | None, now: datetime
) -> tuple[str, ...]:
    faults: list[str] = []
    if "contact" not in fields:
        faults.append("security.txt names no Contact.")
    if "expires" not in fields:
        faults.append("security.txt has no Expires.")
    elif expires is None:
        shown = clip(", ".join(fields["expires"]), 60)
        faults.append(f"security.txt needs exactly one Expires with a date of RFC 3339: {shown}")
    elif expires <= now:
        faults.append("security.txt has expired.")
    return tuple(faults)


def _hints(file: Exchange, expires: datetime | None, now: datetime) -> tuple[str, ...]:
    hints: list[str] = []
    if expires is not None and expires - now > _LONGEST:
        hints.append("Expires lies more than a year ahead.")
    if scheme_of(file.url) != "https":
        hints.append("security.txt must be served over https.")
    return tuple(hints)


def _moment(text: str) -> datetime | None:
    """A date and time of RFC 3339, in UTC; None for anything else."""
    spelt = text.upper()
    try:
        return datetime.fromisoformat(spelt).astimezone(UTC) if _MOMENT.fullmatch(spelt) else None
    except (ValueError, OverflowError):
        return None


check = Check(
    id="sec.security-txt",
    category="security",
    weight=1,
    title="security.txt says whom to tell about a weakness",
    rule="na absent; fail: no Contact or Expires, Expires past; warn: Expires >1 year or not https",
    advice="Give at least Contact and an Expires less than a year ahead (RFC 9116), and renew it.",
    anchors="RFC 9116, internet.nl",
    inspect_site=_inspect,
)
