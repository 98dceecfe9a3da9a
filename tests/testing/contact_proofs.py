"""The faults of the contact page, most of them for people who use assistive technology."""

import langcodes

from testing.evidence import Seen
from testing.proofs import Proof

PAGE = "/contact"


def has(selector: str, times: int = 1) -> Proof:
    return lambda seen: seen.count(selector, PAGE) == times


def none_of(selector: str, beside: str) -> Proof:
    """`beside` is there, `selector` is not."""
    return lambda seen: seen.count(beside, PAGE) > 0 and seen.count(selector, PAGE) == 0


def without_text(selector: str) -> Proof:
    return lambda seen: any(
        not node.text(strip=True) and not node.attributes.get("aria-label")
        for node in seen.tree(PAGE).css(selector)
    )


def unregistered(selector: str) -> Proof:
    return lambda seen: (
        seen.count(selector, PAGE) > 0
        and not langcodes.tag_is_valid(seen.attribute(selector, "lang", PAGE))
    )


def headers_lead_nowhere(seen: Seen) -> bool:
    ids = {node.attributes.get("id") for node in seen.tree(PAGE).css("th[id]")}
    named = {node.attributes.get("headers") for node in seen.tree(PAGE).css("td[headers]")}
    return bool(named - ids)


def only_header_cells(seen: Seen) -> bool:
    tables = seen.tree(PAGE).css("table")
    return any(table.css("th") and not table.css("td") for table in tables)


def alt_repeats_the_text(seen: Seen) -> bool:
    return any(
        image.attributes.get("alt") == link.text(strip=True)
        for link in seen.tree(PAGE).css("a")
        for image in link.css("img")
    )


def same_description(seen: Seen) -> bool:
    selector = "meta[name=description]"
    mine, theirs = (seen.attribute(selector, "content", path) for path in (PAGE, "/about"))
    return mine == theirs


CONTACT_PROOFS: dict[str, Proof] = {
    "a11y.html-lang-valid": unregistered("html"),
    "a11y.valid-lang": unregistered("q[lang]"),
    "a11y.meta-refresh": has("meta[http-equiv=refresh][content='900']"),
    "a11y.skip-link": none_of("#content", beside="body > a[href='#content']"),
    "a11y.landmark-one-main": has("main", times=2),
    "a11y.empty-heading": without_text("h1, h2, h3"),
    "a11y.definition-list": has("dl > dd:first-child ~ p"),
    "a11y.list": has("ul > div"),
    "a11y.listitem": has("div > li"),
    "a11y.td-headers": headers_lead_nowhere,
    "a11y.th-has-data-cells": only_header_cells,
    "a11y.image-redundant-alt": alt_repeats_the_text,
    "a11y.svg-img-alt": without_text("svg[role=img]"),
    "a11y.object-alt": without_text("object"),
    "a11y.video-caption": none_of("video track", beside="video[controls]"),
    "a11y.autoplay-audio": has("audio[autoplay]:not([controls]):not([muted])"),
    "a11y.summary-name": without_text("summary"),
    "a11y.autocomplete-valid": has("input[autocomplete=full-name]"),
    "a11y.duplicate-id-aria": has("label[for=name] ~ #name", times=2),
    "a11y.label-title-only": has("input[title]:not([id]):not([aria-label])"),
    "a11y.aria-required-attr": has("[role=checkbox]:not([aria-checked])"),
    "a11y.aria-valid-attr-value": has("[role=checkbox][aria-checked=perhaps]"),
    "a11y.aria-valid-attr": has("[aria-labeledby]"),
    "a11y.aria-allowed-attr": has("h3[aria-checked]"),
    "a11y.aria-required-parent": none_of(
        "[role=listbox] [role=option]", beside="[role=option][aria-selected]"
    ),
    "a11y.aria-required-children": has("[role=listbox] > [role=button]"),
    "a11y.aria-hidden-focus": has("[aria-hidden=true] a[href]"),
    "a11y.presentation-conflict": has("button[role=presentation]"),
    "a11y.input-image-alt": has("input[type=image]:not([alt]):not([aria-label])"),
    "a11y.frame-title-unique": has("iframe[title=About]", times=2),
    "site.duplicate-description": same_description,
}
