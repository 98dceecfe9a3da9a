"""Ready bytes: JSON answers without a second validation."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()


def json_answer(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response."""
    return Response(_encoder.encode(body), status, headers=headers, media_type="application/json")


def json_text(body: Mapping[str, object]) -> str:
    """One line of JSON."""
    return _encoder.encode(body).decode()
