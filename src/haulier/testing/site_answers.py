"""The sample site as a function: request in, answer out. No sockets here."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable

from haulier.testing.loopback_server import Request
from haulier.testing.site_conduct import CONDUCTS, Conduct, Headers, Variant

_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
}
_COMPRESS_FROM_BYTES = 256
_PATHS_BY_FILE = {
    "index.html": "/",
    "security.txt": "/.well-known/security.txt",
    "shop-offers.html": "/Shop_Offers",
}
_MISSING_PAGE = "/404"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer before it is put on the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def encode(self, *, with_body: bool = True, close: bool = False) -> bytes:
        """The bytes on the wire; Content-Length tells the body's size even for HEAD."""
        fields = [*self.headers, ("Date", formatdate(usegmt=True))]
        if self.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            fields.append(("Content-Length", str(len(self.body))))
        if close:
            fields.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in fields]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head + self.body if with_body else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One variant with its pages filled in for the ports that it is served on."""

    conduct: Conduct
    pages: Mapping[str, Answer]
    https_origin: str

    def answer(self, request: Request) -> Answer:
        """What the site says to this request."""
        if self.conduct.upgrades and not request.secure:
            # A target in absolute form, as for proxies, would lead to a host of its own.
            target = request.target if request.target.startswith("/") else "/"
            location = ("Location", self.https_origin + target)
            return Answer(status=HTTPStatus.MOVED_PERMANENTLY, headers=(location,))
        if request.method == "OPTIONS":
            return self._preflight(request)
        if request.method == "POST" and request.path == "/newsletter":
            return self._plain(HTTPStatus.SEE_OTHER, ("Location", "/thanks"))
        if request.method not in {"GET", "HEAD"}:
            return self._plain(HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "GET, HEAD, OPTIONS"))
        return self._negotiated(self._found(request.path), request)

    def _found(self, path: str) -> Answer:
        conduct = self.conduct
        if path in conduct.moved:
            return self._plain(HTTPStatus.MOVED_PERMANENTLY, ("Location", conduct.moved[path]))
        if path in conduct.gone:
            return self._plain(HTTPStatus.GONE)
        if path in conduct.absent:
            return self._plain(HTTPStatus.NOT_FOUND)
        if path in self.pages and path != _MISSING_PAGE:
            return self.pages[path]
        return replace(self.pages[_MISSING_PAGE], status=conduct.missing_status)

    def _preflight(self, request: Request) -> Answer:
        origin = request.first("origin")
        fields = [(name, value.format(origin=origin)) for name, value in self.conduct.preflight]
        allow = ("Allow", "GET, HEAD, OPTIONS")
        return self._plain(HTTPStatus.NO_CONTENT, allow, *(fields if origin else ()))

    def _negotiated(self, answer: Answer, request: Request) -> Answer:
        conduct = self.conduct
        if conduct.validates and answer.status == HTTPStatus.OK:
            tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            answer = replace(answer, headers=(*answer.headers, ("ETag", tag)))
            if request.first("if-none-match") == tag:
                return replace(answer, status=HTTPStatus.NOT_MODIFIED, body=b"")
        if conduct.compresses and len(answer.body) >= _COMPRESS_FROM_BYTES:
            answer = replace(answer, headers=(*answer.headers, ("Vary", "Accept-Encoding")))
            if "gzip" in (request.first("accept-encoding") or ""):
                headers = (*answer.headers, ("Content-Encoding", "gzip"))
                body = gzip.compress(answer.body, mtime=0)
                answer = replace(answer, headers=headers, body=body)
        return answer

    def _plain(self, status: HTTPStatus, *fields: tuple[str, str]) -> Answer:
        return Answer(status=status, headers=(*self.conduct.everywhere, *fields))


def build_site(variant: Variant, *, tokens: Mapping[str, str]) -> Site:
    """Reads the variant's files and fills in the tokens (`origin`, `http_origin`, dates).

    The faulty variant is the sound one with some files laid over it.
    """
    folder = files("haulier.testing") / "sample_site"
    found = dict(_walk(folder / "sound"))
    if variant == "faulty":
        found |= dict(_walk(folder / "faulty"))
    conduct = CONDUCTS[variant]
    pages = dict(_page(name, body, conduct, tokens) for name, body in found.items())
    return Site(conduct=conduct, pages=pages, https_origin=tokens["origin"])


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _page(
    name: str, body: bytes, conduct: Conduct, tokens: Mapping[str, str]
) -> tuple[str, Answer]:
    path = _PATHS_BY_FILE.get(name, "/" + name.removesuffix(".html"))
    for token, value in tokens.items():
        body = body.replace(b"{{" + token.encode() + b"}}", value.encode())
    content_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    headers = _merged(
        (("Content-Type", content_type),),
        conduct.everywhere,
        conduct.by_media_type.get(content_type.partition(";")[0], ()),
        conduct.by_path.get(path, ()),
    )
    return path, Answer(status=HTTPStatus.OK, headers=headers, body=body)


def _merged(*layers: Headers) -> Headers:
    """The layers in order; a field that stands in a later layer leaves the earlier ones."""
    fields: list[tuple[str, str]] = []
    for layer in layers:
        names = {name for name, _ in layer}
        fields = [field for field in fields if field[0] not in names] + list(layer)
    return tuple(fields)
