"""Texts and values without a secret: each must come back as it is."""

import base64
import datetime as dt
import hashlib
import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

PROSE = (
    "The password is required.", "Password: must be at least 12 characters long", "password: required",
    "Invalid password for user bob", "password authentication failed for user \"app\"",
    "Please reset your password at https://example.com/reset", "The token has expired", "token expired",
    "Token: a string that identifies the session", "unexpected token '<' at position 0", "Unexpected token else",
    "The secret of success is patience", "our secretary and the passenger", "She is the author of this book",
    "authentication failed: no credentials given", "Authorization failed", "authorization: none",
    "Authorization required", "Bearer authentication is not enabled", "Basic authentication is deprecated",
    "the bearer of this letter", "basic understanding of networks", "cookie policy: see below", "accept all cookies",
    "a session of two hours", "the key is under the mat", "keyboard: German", "the public key of the server",
    "primary key (id)", "foreign key constraint fails", "press any key to continue", "monkey business=yes",
    "tokenizer=bpe", "tokenizer: cl100k_base", "max_tokens=4096", "token_count: 512", "total_tokens: 1234567",
    "prompt_tokens=15 completion_tokens=20", "\"max_tokens\": 4096, \"token_count\": 12",
    "password=None", "password: null", "token=true", "secret=", "api_key: \"\"", "password=***", "password=********",
    "token=xxxxxxxx", "token=<your-token>", "api_key: ${API_KEY}", "password: {{ vault_password }}",
    "password=$DB_PASSWORD", "export TOKEN=$(cat token.txt)", "secret: [FILTERED]", "password=[hidden]",
    "Authorization: Bearer <token>", "Authorization: Bearer $TOKEN", "Authorization: Bearer ${TOKEN}",
    "curl -H \"Authorization: Bearer $TOKEN\" https://example.com", "api_key=YOUR_API_KEY", "api_key: your-api-key-here",
    "postgres://user:password@localhost/db", "postgres://$USER:$PASS@host/db", "https://<user>:<password>@host/",
    "git@github.com:acme/app.git", "ssh://git@github.com/acme/app.git", "user@example.com wrote", "mailto:bob@example.com",
    "Please write to bob.smith+news@example.co.uk.", "https://example.com/@bob/status/1", "http://localhost:8080/@fs/x",
    "https://example.com:8443/path?email=bob@example.com", "npm install @types/node@18.0.0", "pip install a==1.2.3",
    "https://medium.com/@someone/a-long-title-with-many-words-1a2b3c4d5e6f",
)  # fmt: skip

CODE = (
    "token = get_token()", "password = getpass.getpass('Password: ')", "self.token = token", "api_key=settings.api_key",
    "secret = os.environ['SECRET']", "password = os.getenv(\"DB_PASSWORD\")", "def login(user, password):",
    "def f(token: str, secret: str | None = None) -> None:", "if token is None:", "const { token } = req.body;",
    "password: string;", "secret?: string", "for token in tokens:", "token = tokens[0]", "return token.value",
    "let key = map.keys().next();", "x = {'password': password, 'token': self._token}", "SELECT password FROM users",
    "ALTER TABLE users ADD COLUMN password_hash text NOT NULL", "password VARCHAR(255)", "<input type=\"password\" name=\"password\">",
    "<label for=\"password\">Password</label>", "{\"type\": \"object\", \"properties\": {\"password\": {\"type\": \"string\"}}}",
    "class TokenBucket: pass", "import secrets", "from tokenize import tokenize", "secrets.token_urlsafe(32)",
    "assert response.headers['Authorization']", "headers.get('X-Api-Key')", "router.get('/auth/session', auth.session)",
    "key=lambda item: item.name", "sorted(rows, key=len)", "dict(key=value)", "cache.get(key)", "auth=None, cert=None",
    "git checkout -p", "mkdir -p /srv/app/data", "docker run -p 8080:80 nginx", "ps -u root", "sort -u file",
    "mysql -u root -p", "ssh -p 2222 host", "curl -u $USER:$PASS https://example.com", "tar -p -xf a.tar",
    "pytest -p no:cacheprovider", "cp -a a b", "psql -p 5432 -h db", "useradd -p", "sed -e 's/password/secret/'",
    "grep -r password src", "passwordless sudo", "password_reset_url = '/reset'", "token_url: https://example.com/oauth/token",
    "tokens = text.split()", "sk = SparkSession.builder", "sk-learn", "from sklearn import svm", "ghp_ is the prefix", "AKIA is a prefix",
    "fields = ['username', 'password', 'email']", "required: [username, password]", "exclude = {'password', 'token'}",
    "PASSWORD_MIN_LENGTH = 12", "TOKEN_TTL_SECONDS=3600", "SESSION_COOKIE_SECURE=True", "session_timeout=30m", "AUTH_ENABLED=1",
    "SECRET_NAME=app/db", "password_file=/run/secrets/db", "key_id=abc", "KEY_FILE=/etc/ssl/private/key.pem", "author=bob", "authority=example.com",
)  # fmt: skip


def ordinary(seed: int = 20261121) -> Iterator[object]:
    """All negatives, those with random parts drawn anew from the seed."""
    yield from PROSE
    yield from CODE
    yield from (Path(__file__).parent / "ordinary.txt").read_text().splitlines()
    yield from _identifiers(random.Random(seed))
    yield from _documents(random.Random(seed))
    yield from _values(random.Random(seed))


def _identifiers(draw: random.Random) -> Iterator[str]:
    for _ in range(6):
        some = uuid.UUID(int=draw.getrandbits(128))
        raw = draw.randbytes(40)
        sha = hashlib.sha256(raw).hexdigest()
        yield from (
            str(some), some.hex, f"job {some} failed", f"request_id={some}", f"key={some}", f"idempotency_key={some}",
            hashlib.md5(raw).hexdigest(), hashlib.sha1(raw).hexdigest(), sha, hashlib.sha512(raw).hexdigest(),
            f"sha256:{sha}", f"cache key {sha}", f"cache_key={sha}", f"etag: \"{sha[:32]}\"", f"commit {sha[:40]}",
            f"hash={sha}", f"key: {sha[:32]}", f"integrity=\"sha384-{base64.b64encode(draw.randbytes(48)).decode()}\"",
            f"traceparent: 00-{sha[:32]}-{sha[:16]}-01", f"trace_id={sha[:32]} span_id={sha[:16]}",
            f"image: registry.example.com/app@sha256:{sha}", f"index {sha[:7]}..{sha[7:14]} 100644",
            f"https://example.com/static/app.{sha[:20]}.js", f"blob:https://example.com/{some}",
            f"https://example.com/search?q=how+to+reset+a+password&page=2&sort=asc&session={sha[:4]}",
            f"https://example.com/a?utm_source=news&utm_campaign={sha[:16]}&id={some}",
            f"arn:aws:iam::{draw.randrange(10**11, 10**12)}:role/app", f"i-0{sha[:16]}", f"vpc-{sha[:17]}",
            f"build-{sha[:8]}-{draw.randrange(10**6)}", f"cus_{sha[:14]}", f"0x{sha[:40]}", f"pod/app-{sha[:10]}-x7k2p",
            f"cache-key-{sha[:32]}", f"/avatars/0/{sha[:32]}.png", f"object_key_{sha[:40]}",
            f"tracking number 1Z{draw.randrange(10**15, 10**16)}", f"{draw.random():.15f}", f"2026-11-21T12:00:00.{draw.randrange(10**6):06}Z",
            f"next_page_token={base64.urlsafe_b64encode(raw[:12]).decode()}", f"ip 10.{draw.randrange(255)}.0.1 fe80::{sha[:4]}",
        )  # fmt: skip


def _documents(draw: random.Random) -> Iterator[str]:
    image = base64.b64encode(draw.randbytes(300)).decode()
    body = "\n".join(image[i : i + 64] for i in range(0, len(image), 64))
    yield f"data:image/png;base64,{image}"
    yield f'<img src="data:image/svg+xml;base64,{image}">'
    yield base64.b64encode(b"An ordinary sentence, nothing more than that, only longer.").decode()
    yield f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"
    yield f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----"
    yield f"ssh-ed25519 {image[:68]} bob@host"
    yield "2026-11-21 12:00:00,123 INFO haulier.worker job.claimed job_id=job_0192f attempt=1 duration_ms=12.5"
    yield '10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] "GET /v1/auth/session HTTP/1.1" 200 512 "-" "Mozilla/5.0"'
    yield 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    raise ValueError(token)\nValueError: bad token'
    yield "\\n".join(PROSE[:3])
    yield "a: 1\npassword_policy:\n  min_length: 12\n  rotation: 90d\nauth:\n  enabled: true\n  type: basic\n"
    yield "Content-Type: application/json\r\nContent-Length: 12\r\nX-Request-Id: abc\r\n"
    yield 'WWW-Authenticate: Bearer realm="example", error="invalid_token"'
    yield "C:\\Users\\bob\\AppData\\Local\\Programs\\Python\\Python311\\python.exe"
    yield "/usr/lib/python3.11/site-packages/google/auth/transport/requests.py"


def _values(draw: random.Random) -> Iterator[object]:
    yield {
        "max_tokens": 4096,
        "token_count": 12,
        "tokenizer": "bpe",
        "author": "bob",
        "keyboard": "de",
    }
    yield {"password": None, "token": "", "secret": True, "api_key": "<your-key>"}
    yield {
        "id": uuid.UUID(int=draw.getrandbits(128)),
        "at": dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    }
    yield {
        "key": "value",
        "primary_key": "id",
        "public_key": "ssh-ed25519 AAAA",
        "cache_key": "a:b:c",
    }
    yield ["username", "password", "email"]
    yield ("password", "token")
    yield [1, 2.5, None, True, "text", b"bytes"]
    yield {"name": "password", "type": "string", "required": True}
    yield json.dumps(
        {"type": "object", "required": ["password"], "properties": {"token": {"type": "string"}}}
    )
    yield {"usage": {"input_tokens": 12, "output_tokens": 345}, "tokens": 357}
    yield frozenset({"a", "b"})
    yield b"\x89PNG\r\n\x1a\n" + draw.randbytes(400)
    yield {
        "status": "token expired",
        "auth": "oauth2",
        "session": "closed",
        "pin": None,
        "sort_key": "name",
    }
