"""The page of the HTTP API."""

from collections.abc import Iterator

from writers.tables import member_docs, table

from haulier.api.app import ApiConfig, ApiServices, create_app
from haulier.api.reference import Operation, read_operations
from haulier.domain.access import Permission
from haulier.security.secret import SecretText


def http_page() -> Iterator[str]:
    """Every operation of the OpenAPI document."""
    nothing = ApiServices.__new__(ApiServices)  # the document is made of the routes alone
    document = create_app(nothing, ApiConfig(cursor_key=SecretText("0" * 32))).openapi()
    yield "# HTTP API"
    yield ""
    yield "The server has the whole document at `/v1/openapi.json` and a page of it at `/v1/docs`."
    yield "A request carries `Authorization: Bearer hlr_live_...`; only health is public."
    yield "The key is bound to one workspace, and sees nothing of any other."
    yield "Errors are problems (RFC 9457) with a stable `code`: see [Errors](errors.md)."
    yield ""
    yield "## Permissions"
    yield ""
    docs = member_docs(Permission)
    yield from table(
        ("Permission", "Needed for"),
        (
            (
                f"`{permission}`",
                ", ".join(
                    f"`{operation.method} {operation.path}`"
                    for operation in read_operations(document)
                    if operation.permission == permission
                )
                or docs.get(permission.name, ""),
            )
            for permission in Permission
        ),
    )
    yield ""
    yield "Without `payloads:read` a job is shown without its args."
    for operation in read_operations(document):
        yield from _operation(operation)


def _operation(operation: Operation) -> Iterator[str]:
    yield ""
    yield f"## `{operation.method} {operation.path}`"
    yield ""
    yield f"{operation.summary}. Permission: `{operation.permission}`."
    if operation.description:
        yield ""
        yield operation.description
    if operation.parameters:
        yield ""
        yield from table(
            ("Parameter", "In", "Meaning"),
            (
                (f"`{p.get('name', '')}`", str(p.get("in", "")), str(p.get("description", "")))
                for p in operation.parameters
            ),
        )
    if operation.body:
        yield ""
        yield "Example of a body:"
        yield ""
        yield "```json"
        yield operation.body
        yield "```"
    yield ""
    yield from table(("Answer", "Meaning"), operation.responses)
