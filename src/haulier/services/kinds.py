"""The catalogue of kinds: declared by workers, read by whoever checks a request."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import jsonschema_rs

from haulier.domain.kinds import Kind, KindRef, parse_kind
from haulier.errors import FieldProblem, UnknownKind, ValidationFailed
from haulier.store import kinds as store
from haulier.store.database import Database

_FRESH_SECONDS: Final = 5.0
_MAX_PROBLEMS: Final = 20


@dataclass(frozen=True, slots=True)
class _Known:
    kind: Kind
    validator: jsonschema_rs.Draft202012Validator


class KindCatalogue:
    """Every declared kind with its compiled schema, read again every few seconds.

    System: a kind belongs to no workspace, and every authenticated caller may know it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[KindRef, _Known] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def declare(self, kinds: Sequence[Kind]) -> None:
        """Tells what this process can run or serve. System; idempotent."""
        async with self._database.system_statement() as tx:
            await store.declare(tx, kinds)
        self._read_at = float("-inf")

    async def list_all(self) -> list[Kind]:
        """Every kind by name and version. Open to every authenticated caller."""
        return [known.kind for _, known in sorted((await self._fresh()).items())]

    async def find(self, name: str) -> Kind:
        """The kind that `site.audit` (its highest version) or `site.audit@1` names.

        Raises UnknownKind when nobody declared it, InvalidInput when the name is malformed.
        """
        return (await self._find(name)).kind

    async def check_args(self, name: str, args: Mapping[str, object]) -> Kind:
        """The kind, after its schema accepted the args.

        Raises ValidationFailed with JSON pointers below /args, UnknownKind.
        """
        known = await self._find(name)
        problems = [
            FieldProblem(
                pointer="/args" + "".join(f"/{_escape(part)}" for part in error.instance_path),
                code="invalid",
                detail=error.message[:300],
            )
            for error, _ in zip(
                known.validator.iter_errors(dict(args)), range(_MAX_PROBLEMS), strict=False
            )
        ]
        if problems:
            raise ValidationFailed(
                f"The args of {known.kind.ref} are not valid.", problems=problems
            )
        return known.kind

    async def _find(self, name: str) -> _Known:
        wanted = parse_kind(name)
        explicit = "@" in name
        for at_once in (False, True):
            known = await self._fresh(at_once=at_once)
            refs = [ref for ref in known if ref.name == wanted.name]
            refs = [ref for ref in refs if not explicit or ref == wanted]
            if refs:
                return known[max(refs)]
        raise UnknownKind(f"No worker has declared the kind {wanted if explicit else wanted.name}.")

    async def _fresh(self, *, at_once: bool = False) -> dict[KindRef, _Known]:
        longest = 1.0 if at_once else _FRESH_SECONDS
        if time.monotonic() - self._read_at <= longest:
            return self._known
        async with self._reading:  # who comes meanwhile waits, and does not find an empty catalogue
            if time.monotonic() - self._read_at > longest:
                async with self._database.system_statement() as tx:
                    kinds = await store.list_all(tx)
                self._known = {kind.ref: self._compile(kind) for kind in kinds}
                self._read_at = time.monotonic()
        return self._known

    def _compile(self, kind: Kind) -> _Known:
        before = self._known.get(kind.ref)
        if before is not None and before.kind == kind:
            return before
        return _Known(kind, jsonschema_rs.Draft202012Validator(kind.args_schema))


def _escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
