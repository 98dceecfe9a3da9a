"""Judging the name of a field: does it hold a secret, and how sure is that?"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple


class Strength(IntEnum):
    """How much a name says about its value."""

    NONE = 0
    WEAK = 1
    """Hidden where it looks random and is neither a hash nor a UUID: `key`, `state`."""
    LIKELY = 2
    """Hidden where it looks random: `stripe_key`, `signature`."""
    SURE = 3
    """Hidden unless it is a stand-in: `password`, `client_secret`."""


class Judgement(NamedTuple):
    """The verdict on a name; `label` goes into the mark."""

    strength: Strength
    label: str


_NOTHING = Judgement(Strength.NONE, "")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SURE = {
    **dict.fromkeys(
        _set(
            "password passwords passwd passwds passphrase passcode pwd pswd passwrd psw pword requirepass masterauth masterpass"
        ),
        "password",
    ),
    **dict.fromkeys(_set("secret secrets"), "secret"),
    **dict.fromkeys(_set("token tokens jwt jwts bearer csrf xsrf csrftoken"), "token"),
    **dict.fromkeys(
        _set("apikey apikeys authkey secretkey privatekey accesskey masterkey sharedkey"), "api-key"
    ),
    **dict.fromkeys(_set("cookie cookies setcookie"), "cookie"),
    **dict.fromkeys(_set("credential credentials creds cred"), "credentials"),
    **dict.fromkeys(_set("authorization"), "authorization"),
    **dict.fromkeys(
        _set("sessionid sessid phpsessid jsessionid sessionkey sessiontoken"), "session"
    ),
    **dict.fromkeys(_set("mnemonic totp otp cvv cvc"), "secret"),
    **dict.fromkeys(_set("pin pincode"), "pin"),
}
_SURE_ENDINGS = (
    ("password", "password"), ("passwd", "password"), ("passphrase", "password"), ("passwort", "password"),
    ("secret", "secret"), ("token", "token"), ("apikey", "api-key"), ("secretkey", "secret"),
    ("accesskey", "api-key"), ("privatekey", "private-key"), ("sessionid", "session"), ("sessid", "session"),
    ("credentials", "credentials"), ("accountkey", "api-key"), ("authkey", "api-key"), ("signingkey", "private-key"),
    ("masterkey", "api-key"), ("encryptionkey", "private-key"), ("storagekey", "api-key"), ("subscriptionkey", "api-key"),
    ("licensekey", "api-key"), ("sessionkey", "session"), ("pwd", "password"),
)  # fmt: skip
_KEY_QUALIFIERS = {
    **dict.fromkeys(
        _set(
            """api access secret auth account shared master service app application consumer server client
            integration ingest ingestion write deploy admin root subscription function storage license
            licence routing webhook sdk project user app rest merchant publishable restricted account
            functions authentication developer dev team org personal bot access instrumentation"""
        ),
        "api-key",
    ),
    **dict.fromkeys(
        _set(
            "private encryption signing decryption hmac aes ssh rsa ed25519 pgp gpg tls ssl signature host"
        ),
        "private-key",
    ),
    **dict.fromkeys(_set("session jwt cookie csrf django flask rails base"), "secret"),
}
_SURE_KEY_QUALIFIERS = _set(
    """api access secret auth private encryption signing decryption hmac master shared account jwt aes deploy webhook integration
    ssh storage consumer subscription license licence session cookie"""
)
_INNOCENT_KEY_QUALIFIERS = _set(
    """primary foreign public cache partition sort routing object idempotency index hash row lookup group
    dedupe dedup map dict unique composite natural surrogate candidate business translation i18n event
    message job order task issue keyboard arrow enter hot shortcut tracking correlation request bucket
    dictionary lock sequence search registry locale meta metric label tag column table field document
    aggregate parent child concurrency rate limit feature flag query path file kms condition context
    storage s3 redis memcached etag join shard distribution cluster"""
)
_INNOCENT_TOKEN_QUALIFIERS = _set(
    """max min total num number n input output prompt completion used remaining context next page
    continuation cached reasoning estimated nextpage pagination resume previous prev unexpected stop
    special pad eos bos unk mask sep cls new per average avg count text word special begin end"""
)
_INNOCENT_ENDINGS = _set(
    """count counts type types url uri urls endpoint endpoints name names length len size limit limits max
    min at expiry expires expiration ttl age policy policies file files path paths field fields header
    headers format prefix version status hint hints enabled required valid validity strength class provider
    algorithm alg arn rotation expired changed updated created usage used budget rate cost index kind scope
    scopes issuer audience error errors message description label title placeholder manager store service
    secs seconds ms minutes days hours in on is input output prompt reset length needed set exists missing
    invalid expire lifetime mode dir directory owner user username email generator validator provider
    handler method methods parser vault ring filter middleware attempts attempt retries id ids present
    check checks rules rule rotated encoder entry location source page pages ref domain samesite secure
    bits strategy backend factory callback fn func help policy banner consent preferences jar"""
)
_WEAK_WORDS = {
    "key": "api-key", "keys": "api-key", "state": "state", "code": "code", "nonce": "nonce", "seed": "seed",
    "ticket": "token", "assertion": "token", "verifier": "secret", "challenge": "secret", "hash": "hash",
    "session": "session", "sess": "session", "salt": "secret", "cert": "certificate", "license": "secret",
    "webhook": "webhook", "refresh": "token", "crumb": "token",
}  # fmt: skip
_LIKELY_WORDS = {
    "auth": "authorization", "sig": "signature", "signature": "signature", "hmac": "signature",
    "pass": "password", "pw": "password", "sid": "session", "sas": "signature", "se": "signature",
    "login": "credentials", "authentication": "authorization", "pat": "token",
}  # fmt: skip
_QUALIFIERS = _set(
    """value values plain plaintext text raw new old current previous confirm confirmation repeat again retype
    prod production live test dev staging base base64 b64 hash hashed digest encrypted enc encoded decoded v
    data string str bytes hex json pem der primary secondary default backup main master internal external
    local remote env admin root app db database key keys secret token password id reset header github gitlab
    aws gcp azure stripe slack openai google user api web bot server client mail smtp redis mysql postgres
    access refresh auth oauth session hmac real actual full alt second first one two a b"""
)
_PASS_OWNERS = _set(
    "db database user smtp mail email mysql pg postgres root admin ftp sftp redis mongo ldap my the proxy"
    " http rabbitmq amqp ssh wifi imap pop sudo basic login bind key store auth vpn sql app api service"
)
_PAIRS = {
    ("session", "id"): "session",
    ("sess", "id"): "session",
    **{
        (owner, "phrase"): "passphrase"
        for owner in _set("seed recovery backup mnemonic pass secret")
    },
    **{
        (owner, "code"): "code"
        for owner in _set("recovery backup auth authorization security verification")
    },
}
_INNOCENT_PASS = _set("bypass compass overpass surpass trespass encompass")


@lru_cache(maxsize=8192)
def judge(name: str) -> Judgement:
    """What the name of a field says about its value. Case, separators and camel case are alike."""
    words = [word.lower() for word in _WORDS.findall(name[-120:])]
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return _NOTHING
    if words[-1] in _INNOCENT_ENDINGS and not _is_secret_in_spite_of_its_ending(words):
        return _NOTHING
    best = _NOTHING
    for position in range(len(words) - 1, max(-1, len(words) - 6), -1):
        found = _judge_word(words, position)
        if found.strength is Strength.SURE and not set(words[position + 1 :]) <= _QUALIFIERS:
            found = Judgement(Strength.LIKELY, found.label)
        if found.strength > best.strength:
            best = found
    return best


def _is_secret_in_spite_of_its_ending(words: list[str]) -> bool:
    last_two = tuple(words[-2:])
    return (
        last_two in {("secret", "id"), ("session", "id"), ("sess", "id"), ("php", "sessid")}
        or (words[-1] == "reset" and "token" in words)
        or words in (["authorization", "header"], ["auth", "header"])
    )


def _judge_word(words: list[str], position: int) -> Judgement:
    word = words[position]
    before = words[position - 1] if position else ""
    is_last = position == len(words) - 1
    if word in {"token", "tokens"} and before in _INNOCENT_TOKEN_QUALIFIERS:
        return _NOTHING
    if word in {"key", "keys"}:
        return _judge_key(before, is_last=is_last)
    if word == "pass" and before in _PASS_OWNERS:
        return Judgement(Strength.SURE, "password")
    if word in _SURE and (before, word) != ("pull", "secrets"):
        return Judgement(Strength.SURE, _SURE[word])
    label = _PAIRS.get((before, word)) or next(
        (label for ending, label in _SURE_ENDINGS if word.endswith(ending)), ""
    )
    return Judgement(Strength.SURE, label) if label else _judge_last(word) if is_last else _NOTHING


def _judge_last(word: str) -> Judgement:
    if word.endswith("pass") and word not in _INNOCENT_PASS:
        return Judgement(Strength.LIKELY, "password")
    if word in _LIKELY_WORDS:
        return Judgement(Strength.LIKELY, _LIKELY_WORDS[word])
    if word in _WEAK_WORDS:
        return Judgement(Strength.WEAK, _WEAK_WORDS[word])
    return _NOTHING


def _judge_key(before: str, *, is_last: bool) -> Judgement:
    if before in _SURE_KEY_QUALIFIERS:
        return Judgement(Strength.SURE, _KEY_QUALIFIERS.get(before, "api-key"))
    if before in _INNOCENT_KEY_QUALIFIERS or not is_last:
        return _NOTHING
    if before:
        return Judgement(Strength.LIKELY, _KEY_QUALIFIERS.get(before, "api-key"))
    return Judgement(Strength.WEAK, "api-key")
