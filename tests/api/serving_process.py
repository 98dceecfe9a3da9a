"""A server as a process of its own: `serving_process.py DATABASE_URL BLOBS_FOLDER`.

Prints its address once it accepts connections and `stopped` once it has come to its end.
"""

import sys
from pathlib import Path

import uvloop

from api.house import open_house
from haulier.api.server import serve


async def main(database_url: str, blobs: str) -> None:
    def on_ready(host: str, port: int) -> None:
        print(f"http://{host}:{port}", flush=True)

    async with open_house(database_url, Path(blobs)) as house:
        await serve(house.app(), "127.0.0.1", 0, on_ready=on_ready)
    print("stopped", flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2]))
