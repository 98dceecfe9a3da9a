"""When two requests are the same request, and two jobs the same work."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, urlsplit

from haulier.domain.ids import WorkspaceId
from haulier.domain.kinds import Kind
from haulier.domain.schemas import properties, with_defaults
from haulier.errors import InvalidInput

MAX_KEY_LENGTH: Final = 255
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def canonical_json(value: object) -> bytes:
    """One spelling for equal values: sorted keys, no white space, UTF-8, no NaN.

    Close to RFC 8785; numbers are as Python writes them. Raises ValueError for NaN and infinity.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8", "surrogatepass")


def request_digest(body: object) -> bytes:
    """What tells whether a repeated idempotency key came with the same body."""
    return sha256(canonical_json(body)).digest()


def parse_idempotency_key(text: str) -> str:
    """1 to 255 visible ASCII characters. Raises InvalidInput for anything else."""
    if not 1 <= len(text) <= MAX_KEY_LENGTH or not all("!" <= letter <= "~" for letter in text):
        raise InvalidInput("An idempotency key has 1 to 255 visible ASCII characters.")
    return text


def dedupe_key(workspace_id: WorkspaceId, kind: Kind, args: Mapping[str, object]) -> str:
    """The natural key of a job: workspace, kind, canonical args, salt; hex of SHA-256 (S0-FR4a).

    Missing args count as their schema's default, and args of format `uri` in one spelling.
    """
    names = kind.dedupe.args if kind.dedupe else ()
    full = with_defaults(args, kind.args_schema)
    chosen = {name: value for name, value in full.items() if not names or name in names}
    salt = kind.dedupe.salt if kind.dedupe else ""
    return sha256(
        canonical_json([workspace_id, str(kind.ref), _canonical_args(chosen, kind), salt])
    ).hexdigest()


def canonical_url(url: str) -> str:
    """Scheme and host in lower case, default port and fragment dropped, empty path as `/`.

    The query keeps its order. What is no URL comes back as it is: whoever fetches it will object.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.scheme or not parts.hostname:
        return url
    host = _ascii_host(parts)
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{parts.path or '/'}{query}"


def _ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _canonical_args(args: Mapping[str, object], kind: Kind) -> dict[str, object]:
    fields = properties(kind.args_schema)
    return {
        name: canonical_url(value)
        if isinstance(value, str) and fields.get(name, {}).get("format") == "uri"
        else value
        for name, value in args.items()
    }
