"""A real server on a loopback socket, in a thread and an event loop of its own."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.house import CONFIG, House, furnish, open_house
from haulier.api.context import ApiConfig
from haulier.api.server import serve


@dataclass(kw_only=True)
class Live:
    """A server that accepts connections, and the house it serves."""

    host: str = ""
    port: int = 0
    key: str = ""
    """Of the workspace `shop`, where the server was asked to furnish its house."""
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def live_server(
    database_url: str, blobs: Path, config: ApiConfig = CONFIG, *, furnished: bool = True
) -> Generator[Live]:
    """Serves until the block ends; the services live in the server's own loop.

    `furnished` says that workspaces and kinds are there already.
    """
    live = Live()
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None] | None]] = []
    failures: list[BaseException] = []

    async def run() -> None:
        async with open_house(database_url, blobs) as house:
            if not furnished:
                await furnish(house)
                live.key = await house.key()
            loops.append((asyncio.get_running_loop(), asyncio.current_task()))
            await _serve(house, live, config)

    def main() -> None:
        try:
            asyncio.run(run())
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            live.ready.set()

    thread = threading.Thread(target=main)
    thread.start()
    try:
        assert live.ready.wait(60)
        if failures:
            raise failures[0]
        yield live
    finally:
        for loop, task in loops:
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)
        thread.join(60)


async def _serve(house: House, live: Live, config: ApiConfig) -> None:
    def on_ready(host: str, port: int) -> None:
        live.host, live.port = host, port
        live.ready.set()

    await serve(house.app(config), "127.0.0.1", 0, on_ready=on_ready)
