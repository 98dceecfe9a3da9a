"""Where the command line learns which server to speak to, and with which key."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec
import typer

from haulier.errors import ConfigurationInvalid, Unauthenticated

DEFAULT_URL: Final = "http://127.0.0.1:8080"
FILE_NAME: Final = "credentials.json"

UrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="HAULIER_URL",
        show_default=f"that of `haulier up`, else {DEFAULT_URL}",
        help="The server.",
    ),
]
ApiKeyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        envvar="HAULIER_API_KEY",
        show_default="that of `haulier up`",
        help="Better given by the environment: a command line can be seen by others.",
    ),
]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """A server and a key for it; its repr hides the key."""

    url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Credentials(url={self.url!r}, api_key=hidden)"


@dataclass(frozen=True, slots=True)
class DataHome:
    """The folder where a server started by `haulier up` keeps its data."""

    path: Path


def data_home(home: str | None, user_data: str | None) -> Path:
    """HAULIER_HOME, else /var/lib/haulier for root, else `haulier` in the user's data folder.

    The user's data folder is absolute or it does not count (XDG Base Directory Specification).
    """
    if home:
        return Path(home).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/haulier")
    if user_data and Path(user_data).is_absolute():
        return Path(user_data) / "haulier"
    return Path.home() / ".local" / "share" / "haulier"


def find_credentials(context: typer.Context, url: str | None, api_key: str | None) -> Credentials:
    """The server and key to use: the options, else what `haulier up` left in the data home.

    A kept key goes only to the server it was kept for. Raises Unauthenticated without a key,
    ConfigurationInvalid for a file that cannot be read.
    """
    kept = read_credentials(_home(context)) if api_key is None else None
    if kept is not None and url in {None, kept.url}:
        return kept
    if api_key is None:
        raise Unauthenticated(
            "No API key. Start a server with `haulier up`, or set HAULIER_API_KEY."
        )
    return Credentials(url=url or _kept_url(context) or DEFAULT_URL, api_key=api_key)


def read_credentials(home: Path) -> Credentials | None:
    """What is kept in the data home; None where nothing is."""
    path = home / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Credentials)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the JSON of a url and a key"
        raise ConfigurationInvalid(
            f"{path} cannot be read ({reason}). Mend or remove it."
        ) from None


def write_credentials(home: Path, credentials: Credentials) -> Path:
    """Keeps them for later commands, readable by their owner alone; returns the file."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE_NAME
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(draft, "xb", opener=_open_private) as file:
        file.write(msgspec.json.encode(credentials))
    return draft.replace(path)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _kept_url(context: typer.Context) -> str | None:
    kept = read_credentials(_home(context))
    return kept.url if kept else None


def _home(context: typer.Context) -> Path:
    found = context.find_object(DataHome)
    return found.path if found else data_home(None, None)
