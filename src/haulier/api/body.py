"""Reading a request's body into a typed value, with pointers to whatever is wrong with it."""

import json
from typing import TypeVar

import msgspec
import pydantic
from starlette.requests import Request

from haulier.api.narrowing import as_items, as_object
from haulier.api.strict_json import read_strict
from haulier.errors import FieldProblem, InvalidInput, ValidationFailed

T = TypeVar("T")

_CODES = {"missing": "required", "extra_forbidden": "unknown_field"}


async def read_body(
    request: Request, decoder: msgspec.json.Decoder[T], model: type[pydantic.BaseModel]
) -> T:
    """The body as the decoder's type.

    `model` accepts and refuses the same bodies; it is asked only to explain what is wrong. Raises
    InvalidInput for what is no JSON, ValidationFailed with pointers, PayloadTooLarge.
    """
    body = await request.body()
    try:
        return read_strict(body, decoder)
    except msgspec.ValidationError as error:
        raise ValidationFailed(problems=explain(body, model, error)) from error


def explain(
    body: bytes, model: type[pydantic.BaseModel], refusal: msgspec.ValidationError
) -> list[FieldProblem]:
    """What is wrong with a body that the decoder refused.

    Raises InvalidInput when it turns out to be no JSON behind the place where the decoder stopped.
    """
    try:
        model.model_validate_json(body)
    except pydantic.ValidationError as error:
        value: object = json.loads(body)
        if any(item["type"] == "json_invalid" for item in error.errors()):
            raise InvalidInput("The body is not valid JSON.") from error
        found = [
            FieldProblem(
                pointer=_pointer(item["loc"], item["type"], value),
                code=_CODES.get(item["type"], "invalid"),
                detail=item["msg"],
            )
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        return list({problem.pointer: problem for problem in found}.values())
    return [FieldProblem(pointer="", code="invalid", detail=str(refusal))]


def _pointer(location: tuple[int | str, ...], kind: str, value: object) -> str:
    """The JSON pointer (RFC 6901) of a location, which may also name branches of a union."""
    parts: list[str] = []
    for part in location:
        inner = _inside(value, part)
        if not inner and kind != "missing":
            break
        value = inner[0] if inner else None
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _inside(value: object, part: int | str) -> list[object]:
    """What stands at `part`, alone in a list, or nothing."""
    fields = as_object(value)
    if isinstance(part, str):
        return [fields[part]] if part in fields else []
    return as_items(value)[part : part + 1]
