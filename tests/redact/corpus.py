"""A generated corpus: secrets of many kinds, put into the places where secrets turn up.

Nothing here is a credential: every secret is drawn from a seeded generator at run time.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
URLSAFE = ALNUM + "_-"
SYMBOLS = ALNUM + "!#$%^*_+-."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One positive: `value` holds `core`, which must not survive."""

    family: str
    kind: str
    context: str
    value: object
    core: str


class Draw:
    """Random strings that repeat with their seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, length: int, alphabet: str = ALNUM) -> str:
        """Mixed characters; always at least one digit and one letter where the alphabet has both."""
        while True:
            text = "".join(self._random.choices(alphabet, k=length))
            if (
                length < 6
                or (any(c.isdigit() for c in text) and any(c.isalpha() for c in text))
                or alphabet.isdigit()
            ):
                return text


Make = Callable[[Draw], tuple[str, str]]


def _prefixed(prefix: str, length: int, alphabet: str = ALNUM) -> Make:
    def make(draw: Draw) -> tuple[str, str]:
        core = draw.of(length, alphabet)
        return prefix + core, core

    return make


TOKENS: dict[str, Make] = {
    name: _prefixed(a + b, length, alphabet)
    for name, a, b, length, alphabet in (
        ("github-classic", "gh", "p_", 36, ALNUM), ("github-oauth", "gh", "o_", 36, ALNUM),
        ("github-server", "gh", "s_", 36, ALNUM), ("github-refresh", "gh", "r_", 36, ALNUM),
        ("github-fine", "github", "_pat_", 82, ALNUM + "_"), ("gitlab-pat", "gl", "pat-", 20, URLSAFE),
        ("gitlab-deploy", "gl", "dt-", 20, URLSAFE), ("gitlab-runner", "gl", "rt-", 20, URLSAFE),
        ("gitlab-trigger", "gl", "ptt-", 40, HEX), ("aws-key-id", "AK", "IA", 16, UPPER),
        ("aws-sts-id", "AS", "IA", 16, UPPER), ("google-api", "AI", "za", 35, URLSAFE),
        ("google-oauth-secret", "GOC", "SPX-", 28, URLSAFE), ("google-access", "ya", "29.", 100, URLSAFE),
        ("google-refresh", "1", "//0", 60, URLSAFE), ("openai-project", "sk-", "proj-", 74, URLSAFE),
        ("openai-legacy", "s", "k-", 48, ALNUM), ("openrouter", "sk-or", "-v1-", 64, HEX),
        ("anthropic", "sk-a", "nt-api03-", 95, URLSAFE), ("huggingface", "h", "f_", 34, ALNUM),
        ("groq", "gs", "k_", 52, ALNUM), ("replicate", "r", "8_", 37, ALNUM), ("xai", "xa", "i-", 80, ALNUM),
        ("perplexity", "ppl", "x-", 48, ALNUM), ("nvidia", "nv", "api-", 64, URLSAFE),
        ("langsmith", "lsv2", "_pt_", 32, HEX), ("pinecone", "pc", "sk_", 60, ALNUM),
        ("slack-bot", "xo", "xb-123456789012-", 24, ALNUM), ("slack-user", "xo", "xp-123456789012-", 32, HEX),
        ("slack-app", "xa", "pp-1-A0123456789-", 64, HEX), ("stripe-secret", "sk_", "live_", 24, ALNUM),
        ("stripe-restricted", "rk_", "live_", 24, ALNUM), ("stripe-test", "sk_", "test_", 24, ALNUM),
        ("webhook-secret", "wh", "sec_", 32, ALNUM), ("square", "sq0", "atp-", 22, URLSAFE),
        ("shopify-admin", "shp", "at_", 32, HEX), ("shopify-shared", "shp", "ss_", 32, HEX),
        ("sendgrid-short", "S", "G.abcdefghijklmnop123456.", 43, URLSAFE), ("mailgun", "k", "ey-", 32, HEX),
        ("brevo", "xkey", "sib-", 64, HEX), ("twilio", "S", "K", 32, HEX), ("mailersend", "ml", "sn.", 64, HEX),
        ("npm", "np", "m_", 36, ALNUM), ("pypi", "py", "pi-AgEIcHlwaS5vcmc", 90, URLSAFE),
        ("rubygems", "ruby", "gems_", 48, HEX), ("nuget", "oy", "2", 43, string.ascii_lowercase + "0123456789"),
        ("digitalocean", "dop", "_v1_", 64, HEX), ("vault", "hv", "s.", 90, URLSAFE),
        ("doppler", "dp", ".pt.", 43, ALNUM), ("docker", "dck", "r_pat_", 27, URLSAFE),
        ("databricks", "da", "pi", 32, HEX), ("planetscale", "pscale", "_tkn_", 43, URLSAFE),
        ("supabase", "sb", "p_", 40, HEX), ("grafana", "gl", "sa_", 32, ALNUM), ("newrelic", "NR", "AK-", 27, UPPER),
        ("sentry", "snt", "rys_", 110, ALNUM), ("linear", "lin_", "api_", 40, ALNUM),
        ("figma", "fig", "d_", 43, URLSAFE), ("postman", "PM", "AK-", 59, HEX), ("atlassian", "ATA", "TT3xFf", 180, URLSAFE),
        ("dropbox", "s", "l.", 130, URLSAFE), ("tailscale", "tskey", "-auth-k123456CNTRL-", 32, ALNUM),
        ("bcrypt", "$2", "b$12$", 53, ALNUM), ("age", "AGE-SECRET", "-KEY-1", 58, UPPER), ("xprv", "xp", "rv", 107, ALNUM),
        ("jwt", "ey", "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.", 43, URLSAFE), ("telegram", "1234567890", ":AA", 33, URLSAFE),
        ("posthog", "ph", "x_", 43, ALNUM), ("vercel", "vc", "p_", 56, ALNUM), ("terraform", "abcdefghijklmn.atlas", "v1.", 64, ALNUM),
        ("facebook", "EA", "ACEdEose0cBA", 120, ALNUM), ("alibaba", "LT", "AI5t", 20, ALNUM), ("pulumi", "pu", "l-", 40, HEX),
        ("notion", "nt", "n_", 46, ALNUM), ("resend", "r", "e_AbCd1234_", 24, ALNUM), ("typeform", "tf", "p_", 59, ALNUM),
        ("circleci", "CCI", "PAT_AbCdEfGhIjKlMnOpQrStUv_", 40, HEX), ("buildkite", "bk", "ua_", 40, HEX), ("dynatrace", "dt0", "c01.ABCDEFGHIJKLMNOPQRSTUVWX.", 64, UPPER),
        ("hubspot", "pat", "-na1-11111111-2222-3333-4444-", 12, HEX), ("slack-webhook", "https://hooks.slack", ".com/services/T0AAAAAAA/B0AAAAAAA/", 24, ALNUM),
        ("discord-webhook", "https://discord.com/api", "/webhooks/123456789012345678/", 68, URLSAFE),
        ("sonar", "sq", "u_", 40, HEX), ("openshift", "sha256", "~", 43, URLSAFE), ("duffel", "duffel", "_live_", 43, URLSAFE),
    )
}  # fmt: skip

NAMES = (
    "password", "passwd", "PASSWORD", "db_password", "dbPassword", "DB_PASSWORD", "passphrase", "pwd", "user_pwd",
    "secret", "client_secret", "clientSecret", "CLIENT-SECRET", "secret_key", "SECRET_KEY", "AWS_SECRET_ACCESS_KEY",
    "secretAccessKey", "api_key", "apiKey", "API-KEY", "X-Api-Key", "apikey", "STRIPE_API_KEY", "access_token",
    "accessToken", "refresh_token", "id_token", "auth_token", "authToken", "GITHUB_TOKEN", "token", "bearer_token",
    "session_token", "csrf_token", "X-CSRF-Token", "private_key", "privateKey", "encryption_key", "signing_key",
    "signing_secret", "webhook_secret", "account_key", "AccountKey", "SharedAccessKey", "master_key", "PGPASSWORD",
    "MYSQL_ROOT_PASSWORD", "REDIS_PASSWORD", "smtp_password", "smtp_pass", "jwt_secret", "JWT_SECRET", "app_secret",
    "consumer_secret", "oauth_token_secret", "credentials", "X-Auth-Token", "X-Vault-Token", "X-Amz-Security-Token",
    "subscription_key", "Ocp-Apim-Subscription-Key", "session_id", "sessionid", "PHPSESSID", "JSESSIONID", "otp_secret",
    "password_hash", "newPassword", "old_password", "password_confirmation", "keystorePassword", "sshPassphrase",
    "vault_token", "npm_token", "bot_token", "deploy_key", "license_key", "storage_key", "hmac_secret", "cookie_secret",
)  # fmt: skip

NAMED_CONTEXTS: dict[str, Callable[[str, str], object]] = {
    "env": lambda n, v: f"{n}={v}",
    "export": lambda n, v: f'export {n}="{v}"',
    "json": lambda n, v: json.dumps({"user": "bob", n: v, "n": 1}),
    "json escaped": lambda n, v: json.dumps(json.dumps({n: v, "n": 1})),
    "repr": lambda n, v: repr({"user": "bob", n: v}),
    "yaml": lambda n, v: f"user: bob\n{n}: {v}\nport: 1\n",
    "yaml quoted": lambda n, v: f"  {n}: '{v}'\n  port: 1\n",
    "toml": lambda n, v: f'[db]\n{n} = "{v}"\nport = 1\n',
    "ini": lambda n, v: f"[db]\n{n} = {v}\nport = 1\n",
    "query": lambda n, v: f"GET https://example.com/a?{n}={quote(v)}&page=2 failed",
    "form": lambda n, v: f"user=bob&{n}={quote(v)}&x=1",
    "form encoded": lambda n, v: quote(f"user=bob&{n}={v}&x=1", safe=""),
    "header": lambda n, v: f"{n}: {v}\r\nAccept: */*",
    "curl": lambda n, v: f"curl -H '{n}: {v}' https://example.com",
    "flag": lambda n, v: f"deploy --{n.replace('_', '-')} {v} --verbose",
    "flag equals": lambda n, v: f"deploy --{n}={v} --verbose",
    "xml": lambda n, v: f"<config><{n}>{v}</{n}></config>",
    "xml attribute": lambda n, v: f'<add key="{n}" value="{v}" />',
    "html input": lambda n, v: f'<input type="hidden" name="{n}" value="{v}">',
    "log": lambda n, v: f"2026-11-21 12:00:00 INFO start user=bob {n}={v} duration=5ms",
    "sentence": lambda n, v: f"Could not connect ({n}={v}), giving up.",
    "python": lambda n, v: f'{n.replace("-", "_")} = "{v}"  # set by hand',
    "python typed": lambda n, v: f'{n.replace("-", "_")}: str = "{v}"',
    "call": lambda n, v: f'connect(host="db", {n.replace("-", "_")}="{v}")',
    "go": lambda n, v: f'{n.replace("-", "_")} := "{v}"',
    "ruby": lambda n, v: f":{n.replace('-', '_')} => '{v}',",
    "php": lambda n, v: f"define('{n}', '{v}');",
    "pair": lambda n, v: repr([(n, v), ("accept", "*/*")]),
    "bytes pair": lambda n, v: repr([(n.lower().encode(), v.encode())]),
    "subscript": lambda n, v: f'os.environ["{n}"] = "{v}"',
    "dict": lambda n, v: {"a": 1, n: v},
    "nested dict": lambda n, v: {"a": [{"b": {n: v}}]},
    "dict of bytes": lambda n, v: {n.encode(): v.encode()},
    "list under name": lambda n, v: {n: [v, v]},
    "tuple pair": lambda n, v: [(n, v)],
    "name and value": lambda n, v: [{"name": n, "value": v}],
    "argv": lambda n, v: ["deploy", f"--{n}", v],
    "exception": lambda n, v: ValueError(f"bad {n}={v!r} given"),
    "bytes": lambda n, v: f'{{"{n}": "{v}"}}'.encode(),
    "dict key": lambda n, v: {f"{n}={v}": 1},
    "docker": lambda n, v: f"ENV {n}={v}\nRUN true",
    "powershell": lambda n, v: f'$env:{n} = "{v}"',
    "windows": lambda n, v: f"set {n}={v}",
    "hcl": lambda n, v: f'  {n} = "{v}"',
    "properties": lambda n, v: f"spring.datasource.{n}={v}",
    "ado.net": lambda n, v: f"Server=db;User Id=sa;{n}={v};Encrypt=true",
    "multipart": lambda n, v: (
        f'Content-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n--boundary'
    ),
    "html escaped": lambda n, v: f"&quot;{n}&quot;:&quot;{v}&quot;,&quot;a&quot;:1",
    "truncated json": lambda n, v: f'{{"a": 1, "{n}": "{v}',
    "markdown table": lambda n, v: f"| {n} | {v} |",
    "is": lambda n, v: f"the {n} is {v}",
}

TOKEN_CONTEXTS: dict[str, Callable[[str], object]] = {
    "bare": lambda s: s,
    "prose": lambda s: f"The call with {s} was refused.",
    "parenthesis": lambda s: f"(using {s})",
    "comma": lambda s: f"used {s}, then left",
    "angle": lambda s: f"<code>{s}</code>",
    "markdown": lambda s: f"run `{s}` now",
    "ideographic stop": lambda s: f"鍵は{s}。次へ",
    "fullwidth": lambda s: f"（{s}）、",
    "colon": lambda s: f"{s}: unauthorized",
    "quotes": lambda s: f'"{s}"',
    "json": lambda s: json.dumps({"input": s}),
    "escaped newline": lambda s: f"first\\n{s}\\nlast",
    "percent": lambda s: f"x%3D{s}%26y%3D1",
    "slash": lambda s: f"https://example.com/{s}/edit",
    "query": lambda s: f"https://example.com/?q={s}&a=b",
    "fragment": lambda s: f"https://example.com/#{s}",
    "ellipsis": lambda s: f"{s}…",
    "semicolon": lambda s: f"a={s};",
    "tab": lambda s: f"a\t{s}\tb",
    "list": lambda s: ["a", s],
    "dict key": lambda s: {s: 1},
    "dict value": lambda s: {"input": s},
    "bytes": lambda s: f"a {s} b".encode(),
    "exception": lambda s: RuntimeError(f"refused {s}"),
    "set": lambda s: {s},
    "csv": lambda s: f"1,bob,{s},2026",
    "shell": lambda s: f"echo {s} | cat",
    "userinfo": lambda s: f"https://x-access-token:{quote(s, safe='$:')}@example.com/a.git",
    "bearer": lambda s: f"Authorization: Bearer {s}",
    "stack": lambda s: f'  File "a.py", line 1, in f\n    call("{s}")\n',
}


def _basic(user: str, secret: str) -> str:
    return base64.b64encode(f"{user}:{secret}".encode()).decode()


def _pem(kind: str, body: str) -> str:
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


STRUCTURED: dict[str, Callable[[str], object]] = {
    "postgres url": lambda s: f"postgresql://app:{s}@db.example.com:5432/app?sslmode=require",
    "mysql url": lambda s: f"mysql+pymysql://root:{s}@127.0.0.1/app",
    "mongodb url": lambda s: f"mongodb+srv://app:{s}@c0.example.net/?retryWrites=true",
    "redis url": lambda s: f"redis://:{s}@cache:6379/0",
    "amqp url": lambda s: f"amqp://guest:{s}@mq:5672/%2f",
    "https userinfo": lambda s: f"git clone https://bob:{s}@git.example.com/a.git",
    "token userinfo": lambda s: f"https://{s}@git.example.com/a.git",
    "encoded url": lambda s: f"next=https%3A%2F%2Fbob%3A{s}%40example.com%2Fa",
    "url in json": lambda s: json.dumps({"dsn": f"postgres://a:{s}@b/c"}).replace("/", "\\/"),
    "libpq": lambda s: f"host=db port=5432 dbname=app user=app password={s} sslmode=require",
    "libpq quoted": lambda s: f"host=db user=app password='{s}' dbname=app",
    "ado.net pwd": lambda s: f"Server=tcp:db,1433;Uid=sa;Pwd={s};Encrypt=yes;",
    "jdbc": lambda s: f"jdbc:postgresql://db/app?user=app&password={s}&ssl=true",
    "jdbc sqlserver": lambda s: f"jdbc:sqlserver://db;user=sa;password={s};encrypt=true",
    "jdbc oracle": lambda s: f"jdbc:oracle:thin:scott/{s}@//db:1521/orcl",
    "azure storage": lambda s: (
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={s}==;EndpointSuffix=core.windows.net"
    ),
    "azure bus": lambda s: (
        f"Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={s}="
    ),
    "sas": lambda s: f"https://a.blob.core.windows.net/c/b?sv=2022-11-02&sp=r&sig={s}%3D",
    "presigned": lambda s: f"https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature={s}{s}",
    "gcs signed": lambda s: (
        f"https://storage.googleapis.com/b/o?GoogleAccessId=a%40b&Expires=1&Signature={s}%2B{s}"
    ),
    "bearer": lambda s: f"Authorization: Bearer {s}",
    "bearer lower": lambda s: f"authorization: bearer {s}",
    "bare bearer": lambda s: f"sent Bearer {s} to the server",
    "authorization token": lambda s: f"Authorization: token {s}",
    "authorization raw": lambda s: f"Authorization: {s}",
    "authorization custom": lambda s: f"Authorization: GenieKey {s}",
    "proxy authorization": lambda s: f"Proxy-Authorization: Bearer {s}",
    "basic": lambda s: f"Authorization: Basic {_basic('bob', s)}",
    "bare basic": lambda s: f"sent Basic {_basic('bob', s)} there",
    "digest": lambda s: (
        f'Authorization: Digest username="bob", realm="a", nonce="{s}", response="{s}"'
    ),
    "aws4": lambda s: (
        f"Authorization: AWS4-HMAC-SHA256 Credential=A/20261121/eu/s3/aws4_request, SignedHeaders=host, Signature={s}{s}"
    ),
    "curl header": lambda s: f'curl -H "Authorization: Bearer {s}" https://example.com',
    "curl user": lambda s: f"curl -u bob:{s} https://example.com",
    "curl long user": lambda s: f"curl --user 'bob:{s}' https://example.com",
    "header dict": lambda s: {"Authorization": f"Bearer {s}"},
    "header repr": lambda s: repr({"authorization": f"Bearer {s}"}),
    "header pairs": lambda s: [(b"authorization", f"Bearer {s}".encode())],
    "header list": lambda s: repr({"Authorization": [f"Bearer {s}"]}),
    "header json": lambda s: json.dumps({"headers": {"Authorization": f"Token {s}"}}),
    "headers object": lambda s: f"Headers({{'host': 'a', 'authorization': 'Bearer {s}'}})",
    "cookie": lambda s: f"Cookie: theme=dark; sid={s}; lang=de",
    "cookie dict": lambda s: {"Cookie": f"theme=dark; sid={s}"},
    "cookies dict": lambda s: {"cookies": {"sid": s}},
    "set-cookie": lambda s: f"Set-Cookie: sid={s}; Path=/; HttpOnly",
    "set-cookie json": lambda s: json.dumps({"set-cookie": f"a={s}; Path=/"}),
    "curl cookie": lambda s: f"curl -b 'sid={s}' https://example.com",
    "pem rsa": lambda s: _pem("RSA PRIVATE " + "KEY", s * 20),
    "pem pkcs8": lambda s: _pem("PRIVATE " + "KEY", s * 20),
    "pem openssh": lambda s: _pem("OPENSSH PRIVATE " + "KEY", s * 20),
    "pem pgp": lambda s: _pem("PGP PRIVATE " + "KEY BLOCK", s * 20),
    "pem json": lambda s: json.dumps({"k": _pem("EC PRIVATE " + "KEY", s * 9)}),
    "pem json twice": lambda s: json.dumps(json.dumps({"k": _pem("EC PRIVATE " + "KEY", s * 9)})),
    "pem repr": lambda s: repr(_pem("RSA PRIVATE " + "KEY", s * 9)),
    "pem one line": lambda s: _pem("RSA PRIVATE " + "KEY", s * 9).replace("\n", " "),
    "pem cut": lambda s: _pem("RSA PRIVATE " + "KEY", s * 20)[:300],
    "pem indented": lambda s: (
        "key: |\n  " + _pem("RSA PRIVATE " + "KEY", s * 20).replace("\n", "\n  ")
    ),
    "pem base64": lambda s: base64.b64encode(_pem("RSA PRIVATE " + "KEY", s * 9).encode()).decode(),
    "putty": lambda s: (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{s}{s}\nPrivate-MAC: ab"
    ),
    "jwk": lambda s: json.dumps({"kty": "EC", "crv": "P-256", "x": "abc", "d": s + s}),
    "jwk dict": lambda s: {"kty": "EC", "crv": "P-256", "x": "abc", "d": s + s},
    "netrc": lambda s: f"machine example.com login bob password {s}",
    "npmrc": lambda s: f"//registry.example.com/:_authToken={s}",
    "pgpass": lambda s: f"db.example.com:5432:app:bob:{s}",
    "sql create": lambda s: f"CREATE USER bob WITH PASSWORD '{s}'",
    "sql identified": lambda s: f"CREATE USER bob IDENTIFIED BY '{s}'",
    "mysql -p": lambda s: f"mysql -u root -p{s} app",
    "sshpass": lambda s: f"sshpass -p {s} ssh bob@host",
    "redis-cli": lambda s: f"redis-cli -h cache -a {s} ping",
    "docker login": lambda s: f"docker login -u bob -p {s} registry.example.com",
    "docker auth": lambda s: json.dumps({"auths": {"r": {"auth": _basic("bob", s)}}}),
    "openssl": lambda s: f"openssl rsa -in k -passin pass:{s}",
    "PGPASSWORD": lambda s: f"PGPASSWORD={s} psql -h db",
    "otpauth": lambda s: f"otpauth://totp/a:bob?secret={s}&issuer=a",
    "oauth code": lambda s: f"https://example.com/cb?code={s}&state=abc",
    "k8s secret": lambda s: (
        f"kind: Secret\ndata:\n  password: {base64.b64encode(s.encode()).decode()}\n"
    ),
    "htpasswd": lambda s: f"bob:$apr1$abcdefgh${s}",
    "telegram url": lambda s: f"https://api.telegram.org/bot123456789:AA{(s * 3)[:33]}/getMe",
    "yaml block": lambda s: f"password: |\n  {s}\nport: 1\n",
    "password prose": lambda s: f"The password is {s} for now",
    "exception quoted": lambda s: ValueError(f"login failed with password '{s}'"),
    "sentry dsn": lambda s: f"https://{s}:{s}@o1.ingest.sentry.io/1",
    "wireguard": lambda s: f"[Interface]\nPrivateKey = {(s * 4)[:43]}=\nAddress = 10.0.0.1",
    "ldap": lambda s: f"ldapsearch -D cn=admin -w {s} -b dc=example",
    "smtp auth": lambda s: (
        f"AUTH PLAIN {base64.b64encode(f'{chr(0)}bob{chr(0)}{s}'.encode()).decode()}"
    ),
}


def positives(seed: int = 20261121) -> Iterator[Case]:
    """Every kind in every context that fits it, or a spread of them where that would be too many."""
    draw = Draw(seed)
    for number, (kind, make) in enumerate(TOKENS.items()):
        for place, (context, put) in enumerate(TOKEN_CONTEXTS.items()):
            if (number + place) % 3 == 0:
                secret, core = make(draw)
                yield Case(family="token", kind=kind, context=context, value=put(secret), core=core)
    for number, name in enumerate(NAMES):
        for place, (context, put_named) in enumerate(NAMED_CONTEXTS.items()):
            if (number + place) % 3 == 0:
                core = draw.of(20, ALNUM if number % 2 else HEX)
                yield Case(
                    family="named",
                    kind=name,
                    context=context,
                    value=put_named(name, core),
                    core=core,
                )
    for context, put_structured in STRUCTURED.items():
        for alphabet in (ALNUM, HEX):
            core = draw.of(24, alphabet)
            yield Case(
                family="structured",
                kind=context,
                context=context,
                value=put_structured(core),
                core=core,
            )


def survivors(core: str, shown: str) -> list[str]:
    """The pieces of twelve characters of the core that can still be read."""
    return [core[i : i + 12] for i in range(max(1, len(core) - 11)) if core[i : i + 12] in shown]
