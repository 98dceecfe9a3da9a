"""How each variant of the sample site speaks HTTP: its header fields as data.

The pages are in `sample_site/`; which field is a deliberate fault says `planted_faults`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Variant = Literal["faulty", "sound"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """The header fields of one variant, and its habits.

    Of fields with one name the most particular wins: path, then media type, then everywhere.
    """

    everywhere: Headers
    by_media_type: Mapping[str, Headers]
    by_path: Mapping[str, Headers]
    preflight: Headers = ()
    """Added to the answer to OPTIONS; `{origin}` stands for the Origin that was sent."""
    missing_status: int = 404
    """What a path that does not exist is answered with, always with the page `404.html`."""
    absent: frozenset[str] = frozenset()
    """Paths that are answered with a bare 404 whatever `missing_status` says."""
    gone: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path -> new path, answered with 301."""
    compresses: bool
    validates: bool
    """Sends an ETag and answers a matching If-None-Match with 304."""
    upgrades: bool
    """Answers plain http with a redirect to https."""


_ASSETS = ("text/css", "text/javascript", "image/svg+xml")

SOUND = Conduct(
    everywhere=(
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-cache"),
    ),
    by_media_type={
        "text/html": (
            (
                "Content-Security-Policy",
                (
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                ),
            ),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Embedder-Policy", "require-corp"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ),
        **dict.fromkeys(_ASSETS, (("Cache-Control", "public, max-age=2592000"),)),
    },
    by_path={
        "/": (("Set-Cookie", "__Host-session=1f3870be; Path=/; Secure; HttpOnly; SameSite=Lax"),),
    },
    moved={"/old-workshop": "/workshop"},
    compresses=True,
    validates=True,
    upgrades=True,
)

FAULTY = Conduct(
    everywhere=(
        ("Server", "Apache/2.4.41 (Ubuntu)"),
        ("X-Powered-By", "PHP/7.4.3"),
        ("Strict-Transport-Security", "max-age=86400"),
        ("X-Content-Type-Options", "no-sniff"),
        ("X-Frame-Options", "ALLOWALL"),
        ("X-XSS-Protection", "1; mode=block"),
        ("Content-Security-Policy", "default-src * data: 'unsafe-inline' 'unsafe-eval'"),
        ("Referrer-Policy", "unsafe-url"),
        ("Permissions-Policy", "geolocation 'none'; camera 'none'"),
        ("Cross-Origin-Resource-Policy", "same-host"),
        ("Cross-Origin-Opener-Policy", '"same-origin"'),
        ("Cross-Origin-Embedder-Policy", "required-corp"),
    ),
    by_media_type={
        "text/html": (("Cache-Control", "public, private, no-store, max-age=3600"),),
        **dict.fromkeys(_ASSETS, (("Cache-Control", "max-age=3600"),)),
    },
    by_path={
        "/": (
            ("Set-Cookie", "shop_session=8f14e45f; Path=/"),
            ("Set-Cookie", "__Host-basket=0; Path=/shop; Secure; SameSite=Lax"),
            ("Set-Cookie", "visitor=a87ff679; Path=/; Max-Age=63072000; Secure; SameSite=Lax"),
        ),
        "/workshop": (("Content-Type", "text/html"),),
    },
    preflight=(
        ("Access-Control-Allow-Origin", "{origin}"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"),
    ),
    missing_status=200,
    absent=frozenset({"/favicon.ico"}),
    gone=frozenset({"/gift-cards"}),
    moved={"/old-workshop": "/workshop"},
    compresses=False,
    validates=False,
    upgrades=False,
)

CONDUCTS: Mapping[Variant, Conduct] = {"sound": SOUND, "faulty": FAULTY}
