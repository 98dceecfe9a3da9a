import inspect
import re
from pathlib import Path

import pytest

import haulier.safefetch
from haulier.safefetch import Policy, errors
from haulier.safefetch.names import SPECIAL_SUFFIXES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "safefetch.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_page_run(example: str) -> None:
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102


def test_the_page_names_every_error_and_every_field_of_the_policy() -> None:
    text = PAGE.read_text()
    classes = [thing for thing in vars(errors).values() if isinstance(thing, type)]

    assert len(EXAMPLES) == 5
    for kind in classes:
        if issubclass(kind, errors.FetchError):
            assert kind is errors.FetchError or f"`{kind.code}`" in text
    for name in Policy.__slots__:
        assert f"`{name}`" in text


def test_everything_public_is_documented() -> None:
    for name in haulier.safefetch.__all__:
        thing = getattr(haulier.safefetch, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), name


def test_the_page_lists_every_reason_of_a_refusal() -> None:
    sources = Path(haulier.safefetch.__file__).parent.glob("*.py")
    reasons = {
        reason
        for source in sources
        for reason in re.findall(r'Refused\("(\w+)"', source.read_text())
    }
    listed = set(re.findall(r"`(\w+)`", PAGE.read_text()))

    assert len(reasons) > 20
    assert reasons | {reason for reason, _ in SPECIAL_SUFFIXES.values()} <= listed
