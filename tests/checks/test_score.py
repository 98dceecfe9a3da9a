from fractions import Fraction
from itertools import pairwise
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.facts_by_hand import fixed, html, recipe_of, site, status
from haulier.checks.base import Category, Check, Observed, Status, Verdict
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.observatory import grade_for, score_observed
from haulier.checks.run import run
from haulier.checks.score import Scores, rounded, score

WORDS = ("pass", "warn", "fail", "na", "error", "info")
CATEGORIES = get_args(Category)


def scores_of(*checks: Check, facts: SiteFacts | None = None) -> Scores:
    facts = facts or site()
    return score(run(facts, recipe_of(*checks)), facts)


def observatory_checks(modifiers: list[int]) -> list[Check]:
    return [
        Check(
            id=f"sec.{number}",
            category="security",
            weight="obs",
            title="t",
            rule="r",
            advice="a",
            anchors="x",
            inspect_site=lambda _, number=number, modifier=modifier: Verdict(
                status=Status.PASS,
                observed=Observed(
                    test=f"test-{number}", result="r", passes=modifier >= 0, modifier=modifier
                ),
            ),
        )
        for number, modifier in enumerate(modifiers)
    ]


def test_a_category_is_the_weighted_mean_of_pass_warn_and_fail() -> None:
    scores = scores_of(
        fixed("seo.a", status("pass"), weight=10),
        fixed("seo.b", status("warn"), weight=7),
        fixed("seo.c", status("fail"), weight=3),
    )

    assert scores.categories == {"seo": Fraction(100) * Fraction(27, 2) / 20}
    assert scores.overall == Fraction(135, 2)
    assert scores.grade == "B-"


def test_what_does_not_apply_or_was_not_decided_counts_for_nothing() -> None:
    scores = scores_of(
        fixed("seo.a", status("pass"), weight=1),
        fixed("seo.b", status("na"), weight=10),
        fixed("seo.c", status("error"), weight=10),
        fixed("seo.d", status("info"), weight=10),
        fixed("seo.e", status("fail"), weight=0),
        fixed("links.a", status("na"), category="links"),
    )

    assert scores.categories == {"seo": 100}
    assert scores.overall == 100


def test_nothing_applicable_makes_no_score_and_no_grade() -> None:
    scores = scores_of(fixed("seo.a", status("na")))

    assert scores.overall is None
    assert scores.grade is None


def test_the_site_counts_as_one_more_page() -> None:
    def by_text(one: Page) -> Verdict:
        return status(one.text)

    facts = site(html("pass"), html("fail"))
    scores = scores_of(
        fixed("seo.a", by_text, weight=10),
        fixed("seo.b", status("pass"), weight=1, scope="site"),
        facts=facts,
    )

    assert scores.categories["seo"] == Fraction(200, 3)
    assert scores.pages == ({"seo": 100}, {"seo": 0})


def test_a_page_where_nothing_applies_does_not_weigh_on_the_mean() -> None:
    def by_text(one: Page) -> Verdict:
        return status(one.text)

    facts = site(html("pass"), html("na"))

    assert scores_of(fixed("seo.a", by_text), facts=facts).categories["seo"] == 100


def test_categories_weigh_as_the_recipe_says_and_empty_ones_drop_out() -> None:
    scores = scores_of(
        *(fixed(f"{name}.a", status("pass"), category=name) for name in CATEGORIES[1:]),
        fixed("sec.a", status("fail"), category="security"),
    )
    without = scores_of(
        fixed("seo.a", status("pass")), fixed("links.a", status("fail"), category="links")
    )

    assert scores.overall == 70
    assert without.overall == Fraction(25 * 100, 30)


def test_security_is_six_tenths_observatory_and_four_tenths_own_checks() -> None:
    own = fixed("tls.key", status("warn"), category="security", weight=3, scope="site")
    scores = scores_of(*observatory_checks([-20, *[0] * 11]), own)

    assert scores.observatory is not None
    assert scores.observatory.score == 80
    assert scores.categories["security"] == Fraction(68)


def test_an_observatory_score_above_a_hundred_counts_as_a_hundred() -> None:
    own = fixed("tls.key", status("pass"), category="security", weight=3, scope="site")
    scores = scores_of(*observatory_checks([10] * 12), own)

    assert scores.observatory is not None
    assert scores.observatory.score == 220
    assert scores.categories["security"] == 100


def test_eleven_tests_make_no_observatory_score() -> None:
    own = fixed("tls.key", status("warn"), category="security", weight=3, scope="site")

    scores = scores_of(*observatory_checks([5] * 11), own)

    assert scores.observatory is None
    assert scores.categories["security"] == 50


def test_bonuses_count_only_from_ninety_and_the_floor_is_zero() -> None:
    def total(*modifiers: int) -> int:
        tests = [
            Observed(test=str(n), result="r", passes=m >= 0, modifier=m)
            for n, m in enumerate(modifiers)
        ]
        return score_observed(tests).score

    assert total() == 100
    assert total(-10, 5, 5) == 100
    assert total(-10, -5, 5, 5) == 85
    assert total(-50, -40, -25) == 0
    assert total(*[10] * 4) == 140


def test_grades_follow_the_chart() -> None:
    chart = {
        145: "A+", 100: "A+", 99: "A", 90: "A", 89: "A-", 85: "A-", 84: "B+", 79: "B", 70: "B",
        69: "B-", 64: "C+", 59: "C", 50: "C", 49: "C-", 44: "D+", 39: "D", 30: "D", 29: "D-",
        25: "D-", 24: "F", 20: "F", 0: "F",
    }  # fmt: skip

    assert {number: grade_for(number) for number in chart} == chart


def test_a_page_that_may_not_be_indexed_caps_seo() -> None:
    scores = scores_of(
        fixed("seo.indexable", status("fail"), weight=1),
        fixed("seo.title", status("pass"), weight=10),
    )

    assert scores.categories["seo"] == 69
    assert [(cap.category, cap.reason) for cap in scores.caps] == [("seo", "seo.indexable")]


def test_a_hidden_page_deeper_in_the_site_caps_nothing() -> None:
    def hidden_second(one: Page) -> Verdict:
        return status("fail" if one.text == "second" else "pass")

    facts = site(html("first"), html("second"))

    assert scores_of(fixed("seo.indexable", hidden_second), facts=facts).caps == ()


def test_a_bad_certificate_or_plain_http_caps_security() -> None:
    good = fixed("tls.key", status("pass"), category="security", weight=10, scope="site")
    bad = fixed("tls.certificate", status("fail"), category="security", weight=1, scope="site")
    plain = site(html("", url="http://shop.example/"))

    assert scores_of(good).categories["security"] == 100
    assert scores_of(good, bad).categories["security"] == 40
    assert scores_of(good, facts=plain).categories["security"] == 40
    assert [cap.reason for cap in scores_of(good, bad, facts=plain).caps] == [
        "tls.certificate",
        "plain_http",
    ]


def test_a_cap_never_lifts_a_score() -> None:
    scores = scores_of(fixed("seo.indexable", status("fail"), weight=10))

    assert scores.categories["seo"] == 0


def test_halves_round_up_once_at_the_end() -> None:
    assert [rounded(Fraction(n, 2)) for n in (0, 1, 137, 138, 199)] == [0, 1, 69, 69, 100]
    assert rounded(Fraction(1, 2) - Fraction(1, 10**30)) == 0


verdicts = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.sampled_from(WORDS),
        st.sampled_from([0, 1, 3, 7, 10]),
        st.sampled_from(["page", "site"]),
    ),
    max_size=30,
)


def checks_from(drawn: list[tuple[Category, str, int, str]]) -> list[Check]:
    return [
        fixed(f"check.{n}", status(word), category=category, weight=weight, scope=scope)
        for n, (category, word, weight, scope) in enumerate(drawn)
    ]


@settings(deadline=None)
@given(verdicts, st.lists(st.integers(-50, 10), min_size=12, max_size=12) | st.just([]))
def test_scores_stay_between_zero_and_a_hundred(
    drawn: list[tuple[Category, str, int, str]], modifiers: list[int]
) -> None:
    scores = scores_of(*checks_from(drawn), *observatory_checks(modifiers))

    for value in (*scores.categories.values(), *([scores.overall] if scores.overall else [])):
        assert 0 <= value <= 100
    assert (scores.overall is None) == (not scores.categories)


@settings(deadline=None)
@given(verdicts.filter(bool), st.data())
def test_a_better_verdict_never_lowers_any_score(
    drawn: list[tuple[Category, str, int, str]], data: st.DataObject
) -> None:
    chosen = data.draw(st.integers(0, len(drawn) - 1))
    category, _, weight, scope = drawn[chosen]
    ladder = []
    for word in ("fail", "warn", "pass"):
        drawn[chosen] = (category, word, weight, scope)
        ladder.append(scores_of(*checks_from(drawn)))

    for worse, better in pairwise(ladder):
        assert (better.overall or 0) >= (worse.overall or 0)
        for name, value in worse.categories.items():
            assert better.categories[name] >= value


@given(st.lists(st.integers(-50, 0), max_size=12), st.integers(-50, 0))
def test_one_more_penalty_never_raises_the_observatory_score(
    penalties: list[int], further: int
) -> None:
    def total(modifiers: list[int]) -> int:
        return score_observed(
            [
                Observed(test=str(n), result="r", passes=False, modifier=m)
                for n, m in enumerate(modifiers)
            ]
        ).score

    assert total([*penalties, further]) <= total(penalties)
