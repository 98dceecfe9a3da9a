"""A server on loopback that speaks the contract, and breaks off when told to."""

import json
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from client.contract import FINAL, Answer, Asked, Contract, Json


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    contract: Contract

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class names it
        """Keeps the test's output clean."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("content-length", "0"))),
        )
        self.contract.asked.append(asked)
        conduct = self.contract.script.pop(0) if self.contract.script else None
        if conduct is None and "event-stream" in asked.headers.get("accept", ""):
            job_id = asked.path.split("/")[3]
            if job_id in self.contract.jobs:
                self._stream(asked, job_id)
                return
        answer = conduct(self.contract, asked) if conduct else self.contract.answer(asked)
        self._send(answer)

    def _send(self, answer: Answer | None) -> None:
        self.close_connection = answer is None or answer.promised is not None
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json"} | dict(answer.headers)
        length = len(answer.body) if answer.promised is None else answer.promised
        for name, value in (headers | {"Content-Length": str(length)}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _stream(self, asked: Asked, job_id: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        cut = self.contract.cuts.pop(0) if self.contract.cuts else None
        seq = int(asked.headers.get("last-event-id", asked.query.get("after", "0")))
        for sent, event in enumerate(self._events_after(job_id, seq)):
            text = _sse(event)
            if sent == cut:
                self._chunk(text[: len(text) // 2])
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._chunk(": heartbeat\n\n" + text)
        self._chunk("event: end\ndata: {}\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _events_after(self, job_id: str, seq: int) -> Iterator[Json]:
        job = self.contract.jobs[job_id]
        while True:
            with self.contract.changed:
                while len(job.events) <= seq:
                    if not self.contract.changed.wait(timeout=10):
                        return
                event = job.events[seq]
            seq += 1
            yield event
            if event["type"] in FINAL:
                return

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _sse(event: Json) -> str:
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serve_contract() -> Generator[Contract]:
    """Runs a server of its own on a free port of 127.0.0.1."""
    contract = Contract()
    handler = type("Handler", (_Handler,), {"contract": contract})
    with _Server(("127.0.0.1", 0), handler) as server:
        contract.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield contract
        finally:
            server.shutdown()
            thread.join()
