"""Which methods a path knows."""

import re
from collections.abc import Mapping

from haulier.api.narrowing import as_object


def allowed_methods(document: Mapping[str, object], path: str) -> str:
    """The value of `Allow` (RFC 9110, section 10.2.1) for a path of an OpenAPI document.

    The router looks at one route at a time and would name the methods of the first alone. "" for
    a path that the document does not have.
    """
    found: set[str] = set()
    for template, item in as_object(document.get("paths")).items():
        if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", template), path):
            found |= {method.upper() for method in as_object(item)}
    return ", ".join(sorted(found))
