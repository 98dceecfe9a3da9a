"""What the README and the tutorial tell a reader to do, done."""

import http.server
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from docs.console import Reader, commands, open_reader
from docs.pages import ROOT, Block, blocks
from support.postgres import Database

TUTORIAL = ROOT / "docs" / "tutorial" / "first-kind.md"
BODY = b"<!doctype html><title>A page</title>"


def test_the_tutorial_and_the_readme_work_as_written(
    blank_database: Database, tmp_path: Path
) -> None:
    """S1-AC1: a person's way from a file to a stored result, by real commands."""
    reader = open_reader(
        tmp_path, database_url=blank_database.url, admin_url=blank_database.admin_url
    )
    kind, starting, asking = readme()
    follow(reader, kind)
    try:
        for block in blocks(TUTORIAL):
            follow(reader, block, more_apps=starting.removeprefix("./haulier up"))
        try_readme(reader, asking)
    finally:
        reader.stop()


def readme() -> tuple[Block, str, str]:
    """The README's kind, and the two commands below it."""
    every = blocks(ROOT / "README.md")
    (kind,) = [block for block in every if block.mark == "file"]
    starting, asking = every[-1].text.splitlines()
    return kind, starting, asking


def follow(reader: Reader, block: Block, *, more_apps: str = "") -> None:
    """Does what a block says; every `up` serves the README's kind as well, to save a start."""
    match block.mark:
        case "file":
            (reader.folder / block.name).write_text(block.text)
        case "append":
            with (reader.folder / block.name).open("a") as stream:
                stream.write(block.text)
        case "start" | "restart":
            reader.stop()
            ((command, expected),) = commands(block.text)
            reader.start(command + more_apps, expected)
        case "run":
            for command, expected in commands(block.text):
                reader.run(command, expected)
        case _:
            raise AssertionError(f"the tutorial has a block that is not tried: {block.text}")


def try_readme(reader: Reader, asking: str) -> None:
    """Its kind fetches; so a page is served here, and its address opened as the how-to says."""
    with serve_page() as port:
        reader.run(
            f"./haulier fetch policy set default --allow 127.0.0.1/32 --port {port}",
            f"Fetch policy of default: {{'allow': ['127.0.0.1/32'], 'ports': [{port}]}}",
        )
        reader.run(
            asking.replace("https://example.com/", f"http://127.0.0.1:{port}/"),
            "job_00000000000000000000000001  page.size@1  queued\n"
            "   1  queued\n   2  running\n   3  progress 90%  fetched\n   4  completed\n"
            "job_00000000000000000000000001 completed",
        )
        reader.run(
            "./haulier jobs result job_00000000000000000000000001", f'{{"bytes":{len(BODY)}}}'
        )


@contextmanager
def serve_page() -> Generator[int]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
