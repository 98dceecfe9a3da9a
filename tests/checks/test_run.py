from hypothesis import given
from hypothesis import strategies as st

from checks.facts_by_hand import fixed, html, recipe_of, site, status
from haulier.checks.base import Finding, Status, Verdict
from haulier.checks.facts import Page
from haulier.checks.run import Progress, run


def test_every_page_gets_a_verdict_and_the_site_one() -> None:
    facts = site(html("a", url="https://shop.example/a"), html("b", url="https://shop.example/b"))
    recipe = recipe_of(
        fixed("seo.one", status("pass")), fixed("seo.two", status("fail"), scope="site")
    )

    first, second = run(facts, recipe)

    assert [j.page for j in first.judgements] == [
        "https://shop.example/a",
        "https://shop.example/b",
    ]
    assert [j.page for j in second.judgements] == [None]


def test_a_check_is_as_bad_as_its_worst_page() -> None:
    def by_text(one: Page) -> Verdict:
        return status(one.text)

    for words, worst in [
        (["pass", "fail", "error"], "fail"),
        (["pass", "error", "warn"], "error"),
        (["pass", "warn", "na"], "warn"),
        (["na", "info", "pass"], "pass"),
        (["na", "info"], "info"),
        (["na"], "na"),
    ]:
        facts = site(*(html(word) for word in words))

        (result,) = run(facts, recipe_of(fixed("seo.one", by_text)))

        assert result.status == worst


def test_a_rule_that_raises_is_an_error_that_names_the_exception_type_only() -> None:
    def broken(_: Page) -> Verdict:
        raise KeyError("secret page content")

    (result,) = run(site(), recipe_of(fixed("seo.one", broken)))

    verdict = result.judgements[0].verdict
    assert verdict.status is Status.ERROR
    assert "KeyError" in verdict.findings[0].message
    assert "secret" not in repr(verdict)


def test_a_rule_that_exhausts_the_stack_is_an_error_too() -> None:
    def endless(one: Page) -> Verdict:
        return endless(one)

    (result,) = run(site(), recipe_of(fixed("seo.one", endless)))

    assert result.status is Status.ERROR


def test_findings_beyond_fifty_are_counted_not_kept() -> None:
    many = Verdict(status=Status.FAIL, findings=tuple(Finding(message=str(n)) for n in range(1234)))

    (result,) = run(site(), recipe_of(fixed("seo.one", many)))

    assert len(result.judgements[0].verdict.findings) == 50
    assert result.judgements[0].truncated == 1184


@given(st.text(max_size=50), st.sampled_from([0, 199, 200, 201, 5_000]))
def test_texts_of_findings_come_out_short_and_storable(text: str, repeat: int) -> None:
    hostile = text + "\x00\ud800\x1b[31m" * repeat
    finding = Finding(message=hostile, snippet=hostile, selector=hostile, data={"text": hostile})
    verdict = Verdict(status=Status.WARN, findings=(finding,))

    (result,) = run(site(), recipe_of(fixed("seo.one", verdict)))

    (kept,) = result.judgements[0].verdict.findings
    assert kept.snippet is not None
    assert len(kept.snippet) <= 200
    assert len(kept.message) <= 500
    for stored in (kept.message, kept.snippet, kept.selector, kept.data["text"]):
        assert isinstance(stored, str)
        assert "\x00" not in stored
        stored.encode()


def test_progress_is_told_after_every_check_and_marks_the_end_of_a_category() -> None:
    told: list[Progress] = []
    recipe = recipe_of(
        fixed("seo.one", status("pass")),
        fixed("seo.two", status("pass")),
        fixed("links.one", status("pass"), category="links"),
    )

    run(site(), recipe, told.append)

    assert [(p.check_id, p.done, p.total, p.category_done) for p in told] == [
        ("seo.one", 1, 3, False),
        ("seo.two", 2, 3, True),
        ("links.one", 3, 3, True),
    ]
