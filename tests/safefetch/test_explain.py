from ipaddress import ip_network

from haulier.safefetch import DnsFailed, Policy, explain


async def two(_host: str) -> list[str]:
    return ["8.8.8.8", "10.0.0.1"]


async def missing(_host: str) -> list[str]:
    raise DnsFailed("not_found")


async def test_every_step_is_told_with_its_source() -> None:
    steps = await explain("https://shop.example/path?secret=1", Policy(), two)

    assert [(step.name, step.passed, step.subject, step.reason) for step in steps] == [
        ("url", True, "https://shop.example", "well_formed"),
        ("dns", True, "shop.example", "resolved"),
        ("address", True, "8.8.8.8", "public"),
        ("address", False, "10.0.0.1", "private"),
    ]
    assert steps[-1].source == "RFC 1918"
    assert "secret" not in repr(steps)


async def test_a_refused_url_ends_the_explanation() -> None:
    steps = await explain("http://user@shop.example/", Policy(), two)

    assert [(step.name, step.passed, step.reason) for step in steps] == [("url", False, "userinfo")]


async def test_a_missing_name_ends_the_explanation() -> None:
    steps = await explain("http://gone.example/", Policy(), missing)

    assert [(step.name, step.reason) for step in steps] == [
        ("url", "well_formed"),
        ("dns", "not_found"),
    ]


async def test_an_opened_network_is_told_as_such() -> None:
    policy = Policy(allow=(ip_network("10.0.0.0/8"),))
    steps = await explain("http://shop.example/", policy, two)

    assert (steps[-1].passed, steps[-1].source) == (True, "Policy.allow")
