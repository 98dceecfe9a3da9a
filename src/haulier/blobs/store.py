"""Bytes by name, on the local disk or in any object store that obstore speaks to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import obstore
from obstore.store import LocalStore, from_url

from haulier.domain.ids import WorkspaceId
from haulier.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobConfig:
    """Where blobs lie.

    `url` is `file:///path` or an object store's URL; `allow_http` is for object stores on a
    private network only.
    """

    url: str


class BlobStore:
    """Blobs by workspace and name. A name never leads into another workspace's part."""

    def __init__(self, config: BlobConfig) -> None:
        self._store = _open(config.url)

    async def put(self, workspace_id: WorkspaceId, name: str, content: bytes) -> str:
        """Writes a blob whole or not at all; returns its path, to be read with `stream`.

        Paths fan out over two levels of 256, so that no folder grows without bound.
        """
        path = _path(workspace_id, name)
        try:
            await obstore.put_async(self._store, path, content)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise Unavailable("The blob store does not take the result.") from error
        return path

    async def stream(self, workspace_id: WorkspaceId, path: str) -> AsyncIterator[bytes]:
        """The blob in chunks of about 1 MiB.

        Raises NotFound when it is not there or another workspace's.
        """
        if not path.startswith(f"{workspace_id}/"):
            raise NotFound
        try:
            found = await obstore.get_async(self._store, path)
            async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)
        except FileNotFoundError as error:
            raise NotFound from error
        except (OSError, obstore.exceptions.BaseError) as error:
            raise Unavailable("The blob store does not answer.") from error

    async def remove(self, path: str) -> None:
        """Removes a blob; nothing happens when it is gone already."""
        try:
            await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return


def _open(url: str) -> "ObjectStore":
    if url.startswith("file://"):
        folder = Path(url.removeprefix("file://"))
        return LocalStore(folder, mkdir=True)
    return from_url(url)


def _path(workspace_id: WorkspaceId, name: str) -> str:
    spread = sha256(name.encode()).hexdigest()
    return f"{workspace_id}/{spread[:2]}/{spread[2:4]}/{name}"
