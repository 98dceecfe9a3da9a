"""URLs around a page: its origin in both schemes, and well-known places."""

from urllib.parse import urlsplit, urlunsplit


def https_form(url: str) -> str:
    """The same URL over https; an explicit port stays."""
    return urlunsplit(urlsplit(url)._replace(scheme="https"))


def http_root(url: str) -> str:
    """The plain http form of the URL's origin; an explicit port stays."""
    return f"http://{urlsplit(url).netloc}/"


def place(url: str, path: str) -> str:
    """A path on the URL's origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_https(url: str) -> bool:
    """The URL's scheme is https."""
    return urlsplit(url).scheme == "https"


def same_host(one: str, other: str) -> bool:
    """Both URLs name the same host, whatever the port; what is no URL names none."""
    try:
        return urlsplit(one).hostname == urlsplit(other).hostname
    except ValueError:
        return False
