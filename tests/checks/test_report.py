import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts_by_hand import answer, fixed, html, no_answer, page, site, status
from checks.reports_by_hand import report_of
from haulier.checks.base import Finding, Observed, Status, Verdict
from haulier.checks.facts import Page
from haulier.checks.report import from_json, to_json


def test_the_report_has_the_shape_that_is_promised() -> None:
    def by_text(one: Page) -> Verdict:
        if one.text == "bad":
            finding = Finding(message="Too bad.", selector="h1", snippet="<h1>", data={"n": 1})
            return Verdict(status=Status.FAIL, findings=(finding,))
        return status("pass")

    facts = site(
        html("good", total_ms=12.34), html("bad", url="https://shop.example/bad", status=404)
    )

    document = json.loads(to_json(report_of(facts, fixed("seo.h1", by_text, weight=3))))

    checks = document.pop("checks")
    recipe = document.pop("recipe")
    assert (recipe["name"], recipe["version"], len(recipe["digest"])) == ("web", 1, 64)
    assert document == {
        "schema": "haulier.audit/1",
        "audit_id": "job_1",
        "target": {"input": "HTTP://Shop.Example", "final_url": "https://shop.example/"},
        "mode": "site",
        "started_at": "2026-05-04T12:00:00Z",
        "finished_at": "2026-05-04T12:00:02Z",
        "partial": True,
        "scores": {
            "overall": 50,
            "grade": "C",
            "categories": {"seo": 50},
            "caps": [],
            "exact": {"overall": 50.0, "categories": {"seo": 50.0}},
        },
        "observatory": {"algorithm": 6, "score": None, "grade": None, "tests": {}},
        "pages": [
            {
                "url": "https://shop.example/",
                "status": 200,
                "ms": 12.3,
                "bytes": 4,
                "scores": {"seo": 100.0},
            },
            {
                "url": "https://shop.example/bad",
                "status": 404,
                "ms": 0.0,
                "bytes": 3,
                "scores": {"seo": 0.0},
            },
        ],
        "skipped": [{"url": "https://shop.example/cart", "reason": "robots"}],
        "errors": [{"check": None, "page": "https://shop.example/x", "message": "timeout"}],
        "environment": {"app_version": "0.1.0", "user_agent": "haulierbot"},
    }
    assert checks == [
        {
            "id": "seo.h1",
            "status": "fail",
            "weight": 3,
            "category": "seo",
            "scope": "page",
            "title": "Title of seo.h1",
            "rule": "rule of seo.h1",
            "anchors": "none",
            "advice": "Advice of seo.h1",
            "pages_failed": 1,
            "pages_total": 2,
            "findings": [
                {
                    "page": "https://shop.example/bad",
                    "locator": {"selector": "h1"},
                    "snippet": "<h1>",
                    "message": "Too bad.",
                    "data": {"n": 1},
                }
            ],
            "truncated": 0,
        }
    ]


def test_scores_are_shown_rounded_and_kept_exact() -> None:
    report = report_of(
        site(), fixed("seo.a", status("pass"), weight=2), fixed("seo.b", status("fail"), weight=1)
    )

    assert report.scores.overall == 67
    assert report.scores.exact.overall == pytest.approx(200 / 3, abs=1e-12)


def test_an_undecided_check_is_listed_among_the_errors() -> None:
    def broken(_: Page) -> Verdict:
        raise ZeroDivisionError

    report = report_of(site(), fixed("seo.a", broken))

    assert [(e.check, e.page) for e in report.errors[1:]] == [("seo.a", "https://shop.example/")]
    assert report.checks[0].pages_total == 0


def test_observatory_tests_are_told_even_when_they_make_no_score() -> None:
    observed = Observed(
        test="x-frame-options", result="x-frame-options-not-implemented", passes=False, modifier=-20
    )
    verdict = Verdict(status=Status.FAIL, observed=observed)

    report = report_of(site(), fixed("sec.x-frame-options", verdict, category="security"))

    document = json.loads(to_json(report))
    assert document["observatory"]["score"] is None
    assert document["observatory"]["tests"] == {
        "x-frame-options": {
            "result": "x-frame-options-not-implemented",
            "pass": False,
            "modifier": -20,
            "evidence": None,
        }
    }


def test_a_page_that_never_answered_is_reported_with_status_zero() -> None:
    report = report_of(site(page(no_answer())), fixed("seo.a", status("na")))

    assert report.pages[0].status == 0
    assert report.scores.overall is None
    assert report.scores.grade is None


@given(st.text(max_size=60), st.sampled_from(["pass", "warn", "fail", "error"]))
def test_a_report_survives_the_round_trip_through_json(text: str, word: str) -> None:
    finding = Finding(message=text, snippet=text, header=text, line=3, data={"text": text})
    verdict = Verdict(status=Status(word), findings=(finding,))
    facts = site(page(answer(text.encode("utf-8", "replace"))))

    report = report_of(facts, fixed("seo.a", verdict))

    assert from_json(to_json(report)) == report


def test_another_schema_is_refused() -> None:
    document = to_json(report_of(site())).replace(b"haulier.audit/1", b"haulier.audit/2")

    with pytest.raises(msgspec.ValidationError):
        from_json(document)
