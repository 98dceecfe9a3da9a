"""Passwords on command lines that no name gives away: `mysql -p...`, `curl -u user:...`."""

import re

from haulier.redact.marks import Span
from haulier.redact.reading import read_value
from haulier.redact.values import is_number, is_stand_in

_COMMAND = re.compile(
    r"(?<![A-Za-z0-9_.\-])(?P<command>curl|wget|https?|mysql[a-z]*|mariadb[a-z\-]*|sshpass|redis-cli|valkey-cli|mongo[a-z]*"
    r"|(?:docker|podman|helm|skopeo|buildah|nerdctl|oc|az|crane|oras)(?:[ \t]+[a-z]+)?[ \t]+login|ldap[a-z]+|sqlcmd|bcp|smbclient"
    r"|cqlsh|mosquitto_(?:pub|sub)|rabbitmqadmin|ipmitool|lftp|influx|clickhouse-client|sqlplus|xfreerdp|zip|unzip|7z)"
    r"(?=[ \t]|['\"],)"
)
HAS_FLAG = re.compile(r"[ \t'\"]-(?:[upawPUk]|-user|-proxy-user|-pass)")
"""What every command line that this module reads has somewhere."""
_USER = re.compile(
    r"""(?:(?<=\s)|(?<=["']))(?:-u|--user|--proxy-user|-a|-U)(?:[ \t=]|["'],[ \t]*)?(?=[^\s\-])"""
)
_SPACED = re.compile(
    r"""(?:(?<=\s)|(?<=["']))(?:-p|-P|-w|-a|--pass)(?:[ \t=]{1,4}|["'],[ \t]*)(?=[^\s\-])"""
)
_JOINED = re.compile(r"""(?:(?<=\s)|(?<=["']))-p(?=[^\s\-])""")
_REACH = 400
_LINE_BREAK = re.compile(r"[\n;|]|&&")
_PORT = re.compile(r"[0-9]{2,5}(?::[0-9]{2,5})?(?:/[a-z]+)?")
_USER_COMMANDS = ("curl", "wget", "http", "https", "lftp", "smbclient")
_JOINED_COMMANDS = ("mysql", "mariadb", "sshpass", "7z", "mongo")
_ORACLE = re.compile(
    r"(?:oracle:(?:thin|oci):|sqlplus(?:[ \t]+-[A-Za-z]+)*[ \t]+)[A-Za-z0-9_.\-]{1,60}/(?P<secret>[^\s@\"']{1,200})@"
)
_PGPASS = re.compile(
    r"(?m)^[A-Za-z0-9.*_\-]{1,100}:(?:[0-9]{2,5}|\*):[A-Za-z0-9.*_\-]{1,100}:[A-Za-z0-9.*_\-@]{1,100}:(?P<secret>[^\s:]{1,500})[ \t]*$"
)
_PASSIN = re.compile(r"(?:-pass(?:in|out)?|-k)[ \t]+(?:pass:)?(?P<secret>[^\s\"'\-:]{4,200})")


def command_spans(text: str) -> list[Span]:
    """The passwords on the command lines in the text."""
    spans: list[Span] = []
    for found in _COMMAND.finditer(text):
        end = min(len(text), found.end() + _REACH)
        stop = _LINE_BREAK.search(text, found.end(), end)
        spans += _arguments(
            text, found.group("command"), found.end(), stop.start() if stop else end
        )
    if "openssl" in text:
        spans += _named_groups(_PASSIN, text)
    return spans


def login_spans(text: str) -> list[Span]:
    """Passwords in `user/password@host` of Oracle and in lines of `.pgpass`."""
    spans: list[Span] = []
    if "oracle" in text or "sqlplus" in text:
        spans += _named_groups(_ORACLE, text)
    if ":5432:" in text or ":*:" in text:
        spans += _named_groups(_PGPASS, text)
    return spans


def _named_groups(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [
        Span(start=found.start("secret"), end=found.end("secret"), label="password")
        for found in pattern.finditer(text)
        if not is_stand_in(found.group("secret"))
    ]


def _arguments(text: str, command: str, start: int, end: int) -> list[Span]:
    if command.startswith(_USER_COMMANDS):
        return _after(_USER, text, start, end, separators=":,%")
    spans = _after(_SPACED, text, start, end, separators="")
    if command.startswith(_JOINED_COMMANDS):
        spans += _after(_JOINED, text, start, end, separators="")
    return spans


def _after(
    flag: re.Pattern[str], text: str, start: int, end: int, *, separators: str
) -> list[Span]:
    """The value after each flag, from behind the first of `separators` on where there are any."""
    spans: list[Span] = []
    for found in flag.finditer(text, start, end):
        value = read_value(text, found.end())
        if value is None:
            continue
        begin = value.start
        if separators:
            splits = [
                place for mark in separators if (place := text.find(mark, begin, value.end)) > 0
            ]
            if not splits:
                continue
            begin = min(splits) + 1
        content = text[begin : value.end]
        if (
            content
            and not is_stand_in(content)
            and not (is_number(content) or _PORT.fullmatch(content))
        ):
            spans.append(Span(start=begin, end=value.end, label="password"))
    return spans
