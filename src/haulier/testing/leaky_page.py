"""A page on loopback that holds secrets wherever a page can: header fields, markup, links."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from haulier.testing.canaries import Canaries


class _Page(BaseHTTPRequestHandler):
    """Secrets in header fields and all over the markup."""

    canaries: Canaries

    def do_GET(self) -> None:
        """Answers any path with the page."""
        content = self.canaries
        text = content.sentence("page").replace("\n", " ")
        body = (
            f"<!doctype html><html><head><title>{text}</title>"
            f"<meta name=description content='{text}'>"
            f"<meta name=generator content='{text}'>"
            f"<script>const token = '{content.one('page', 'github')}';</script>"
            f"<script src='http://cdn.example/x.js?api_key={content.value('page')}'></script></head>"
            f"<body onload=\"login('{content.one('page', 'stripe')}')\">"
            f"<h1 id='{content.one('page', 'github')}'>{text}</h1>"
            f"<p id='{content.one('page', 'github')}'>{text}</p>"
            f"<a href='http://ada:{content.value('page')}@other.example/'>click here</a>"
            f"<a href='/?token={content.value('page')}'></a>"
            f"<form action='http://other.example/?secret={content.value('page')}'></form>"
            f'<script type=\'application/ld+json\'>{{"password": "{content.value("page")}",}}'
            f"</script></body></html>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"session={content.value('cookie')}; Path=/")
        self.send_header("Server", f"harbour/{content.one('page', 'github')}")
        self.send_header("X-Powered-By", f"{content.one('page', 'aws')}/1.2.3")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Says nothing."""


class ServedPage:
    """Serves one such page on every path of a port of loopback."""

    def __init__(self, canaries: Canaries) -> None:
        page = type("Page", (_Page,), {"canaries": canaries})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), page)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        return self._server.server_port

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
