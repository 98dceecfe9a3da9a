"""`sec.iframe-sandbox`: how much frames of the page may do."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.exchanges import absolute, base_of, clip
from haulier.checks.facts import Page, SiteFacts

_ESCAPES = frozenset({"allow-scripts", "allow-same-origin"})
_WEB = frozenset({"http:", "https:"})


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    frames = page.tree.css("iframe")
    if not frames:
        return NOT_APPLICABLE
    base, own = base_of(page), absolute(page.final.url)
    open_frames: list[Finding] = []
    escapable: list[Finding] = []
    for frame in frames:
        url, is_foreign = _target(frame.attributes, base, own.origin if own else None)
        sandbox = frame.attributes.get("sandbox", "") or ""
        if is_foreign is True and "sandbox" not in frame.attributes:
            message = "A frame of another origin has no sandbox."
            open_frames.append(Finding(message=message, selector="iframe", url=clip(url)))
        if is_foreign is False and set(sandbox.lower().split()) >= _ESCAPES:
            message = "The frame can take its own sandbox off: same origin and scripts together."
            escapable.append(Finding(message=message, selector="iframe[sandbox]", url=clip(url)))
    if escapable:
        return failed(*escapable, *open_frames)
    return warned(*open_frames) if open_frames else PASSED


def _target(
    attributes: dict[str, str | None], base: str, origin: str | None
) -> tuple[str, bool | None]:
    """Its URL, and whether that is of another origin; None where it has no origin of its own."""
    if "srcdoc" in attributes:
        return "about:srcdoc", False
    url = absolute((attributes.get("src") or "").strip() or "about:blank", base)
    if url is None or origin is None or url.protocol not in _WEB:
        return "", None
    return url.href, url.origin != origin


check = Check(
    id="sec.iframe-sandbox",
    category="security",
    weight=1,
    title="Frames are sandboxed",
    rule=(
        "warn: cross-origin iframe without sandbox; fail: sandbox has allow-scripts plus "
        "allow-same-origin on a same-origin frame"
    ),
    advice="Put sandbox on frames, with no more allow- words than what they show really needs.",
    anchors="webhint idea; OWASP",
    inspect_page=_inspect,
)
