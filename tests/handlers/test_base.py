"""`@handler`: which declarations make sense, and what a kind is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pydantic
import pytest

from haulier import JobContext, handler
from haulier.domain.schemas import properties
from haulier.errors import ConfigurationInvalid, InvalidInput
from haulier.handlers.base import Handler, HandlerFunction, encode_result


@dataclass(frozen=True)
class DataclassArgs:
    name: str
    count: int = 3


class StructArgs(msgspec.Struct):
    name: str
    count: int = 3


class ModelArgs(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    name: str
    count: int = 3


@pytest.mark.parametrize("args_type", [DataclassArgs, StructArgs, ModelArgs])
def test_args_may_be_a_dataclass_a_struct_or_a_model(args_type: type[object]) -> None:
    async def report(_job: JobContext, args: object) -> None:
        """Reports."""

    report.__annotations__["args"] = args_type
    declared = handler("shop.report")(report)

    fields = properties(declared.kind.args_schema)
    schema = str(declared.kind.args_schema)
    assert set(fields) == {"name", "count"}
    assert fields["count"]["default"] == 3
    assert "'additionalProperties': False" in schema
    decoded = declared.decode_args('{"name": "Ada"}')
    assert isinstance(decoded, args_type)
    with pytest.raises((msgspec.ValidationError, pydantic.ValidationError)):
        declared.decode_args('{"name": 1}')
    with pytest.raises((msgspec.ValidationError, pydantic.ValidationError)):
        declared.decode_args("{}")


def test_a_kind_takes_its_words_from_the_declaration() -> None:
    @handler(
        "shop.report@2",
        queue="reports",
        priority="high",
        max_attempts=7,
        backoff="2s",
        backoff_cap=timedelta(minutes=1),
        timeout="10m",
    )
    async def report(_job: JobContext) -> DataclassArgs:
        """Writes the report.

        Slowly.
        """
        return DataclassArgs(name="x")

    kind = report.kind
    assert (str(kind.ref), kind.queue, kind.priority) == ("shop.report@2", "reports", 2)
    assert (kind.retry.max_attempts, kind.retry.base, kind.retry.cap) == (
        7,
        timedelta(seconds=2),
        timedelta(minutes=1),
    )
    assert (kind.timeout, kind.executor) == (timedelta(minutes=10), "async")
    assert kind.description == "Writes the report."
    assert kind.args_schema == {"type": "object", "additionalProperties": False}
    assert set(properties(kind.result_schema)) == {"name", "count"}


def test_a_plain_function_runs_in_a_thread() -> None:
    @handler("shop.report")
    def report(_job: JobContext) -> None:
        """Reports."""

    assert not report.is_async
    with pytest.raises(TypeError):
        report.start(object())


@pytest.mark.parametrize(
    "declare",
    [
        lambda: handler("shop.report", queue="Not A Queue"),
        lambda: handler("shop.report", queue=""),
        lambda: handler("shop.report", priority="urgent"),
        lambda: handler("shop.report", priority=10),
        lambda: handler("shop.report", priority=-1),
        lambda: handler("shop.report", timeout="soon"),
        lambda: handler("shop.report", timeout="0s"),
        lambda: handler("shop.report", timeout="-5s"),
        lambda: handler("shop.report", backoff=""),
        lambda: handler("shop.report", max_attempts=0),
        lambda: handler("shop.report", max_attempts=-3),
        lambda: handler("shop.report", max_attempts=1001),
        lambda: handler("shop.report", executor="thread"),
        lambda: handler("shop.report", executor="process"),
        lambda: handler("shop.report", executor="gpu"),
    ],
)
def test_wrong_words_are_refused_at_the_declaration(
    declare: Callable[[], Callable[[HandlerFunction], Handler]],
) -> None:
    async def report(_job: JobContext) -> None:
        """Reports."""

    with pytest.raises((ConfigurationInvalid, InvalidInput)):
        declare()(report)


@pytest.mark.parametrize(
    "name",
    ["", "Shop.Report", "shop..report", ".shop", "shop.", "1shop", "shop report", "shop@", "shop@0",
     "shop@-1", "shop@1.5", "shop@99999", "shop@²", "a" * 101, "shop\n", "shop\x00", "šhop"],
)  # fmt: skip
def test_wrong_names_are_refused_at_the_declaration(name: str) -> None:
    async def report(_job: JobContext) -> None:
        """Reports."""

    with pytest.raises((ConfigurationInvalid, InvalidInput)):
        handler(name)(report)


def _no_parameter() -> None:
    """Takes nothing."""


def _three(_job: JobContext, _args: DataclassArgs, _more: int) -> None:
    """Takes too much."""


def _bare(_job: JobContext, _args: object) -> None:
    """Does not say which args."""


del _bare.__annotations__["_args"]


def _union(_job: JobContext, _args: "DataclassArgs | None") -> None:
    """Cannot decide."""


def _unknown(_job: JobContext, _args: object) -> None:
    """Speaks of a type that nobody knows."""


_unknown.__annotations__["_args"] = "NowhereDefined"


@pytest.mark.parametrize("function", [_no_parameter, _three, _bare, _union, _unknown])
def test_a_function_that_cannot_be_a_handler_is_named(function: Callable[..., object]) -> None:
    with pytest.raises(ConfigurationInvalid, match=function.__qualname__):
        handler("shop.report")(function)


@pytest.mark.parametrize("args_type", [int, str, list, object])
def test_args_that_are_no_object_are_refused(args_type: type[object]) -> None:
    async def report(_job: JobContext, args: object) -> None:
        """Reports."""

    report.__annotations__["args"] = args_type

    with pytest.raises(ConfigurationInvalid, match="report"):
        handler("shop.report")(report)


def test_results_of_every_sort_become_json() -> None:
    assert encode_result(DataclassArgs(name="a")) == b'{"name":"a","count":3}'
    assert encode_result(StructArgs(name="a")) == b'{"name":"a","count":3}'
    assert encode_result(ModelArgs(name="a")) == b'{"name":"a","count":3}'
    assert encode_result(None) == b"null"
    with pytest.raises(TypeError):
        encode_result(object())
