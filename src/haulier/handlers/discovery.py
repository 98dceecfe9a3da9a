"""Finds handlers: haulier's own, those of named modules, and those of installed packages."""

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

from haulier.domain.kinds import KindRef
from haulier.errors import ConfigurationInvalid, HaulierError
from haulier.handlers import kinds as built_in
from haulier.handlers.base import Handler

ENTRY_POINTS: Final = "haulier.kinds"


def discover(modules: Sequence[str] = ()) -> dict[KindRef, Handler]:
    """All handlers by kind: built-in ones, the modules', and the entry-point group's.

    Modules are looked up with the current folder in reach, as with `python -m`. Raises
    ConfigurationInvalid listing every module that cannot be imported or holds no handler, and
    every kind that two handlers claim.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    problems: list[str] = []
    found: dict[KindRef, Handler] = {}
    loaded = [*_built_in(), *_named(modules, problems), *_installed(problems)]
    for name, module in loaded:
        _collect(name, module, found, problems)
    if problems:
        raise ConfigurationInvalid("Kinds: " + " ".join(problems))
    return found


def _built_in() -> Iterable[tuple[str, ModuleType]]:
    for module in pkgutil.iter_modules(built_in.__path__):
        name = f"{built_in.__name__}.{module.name}"
        yield name, importlib.import_module(name)


def _named(modules: Sequence[str], problems: list[str]) -> Iterable[tuple[str, ModuleType]]:
    for name in modules:
        module = _load(name, f"The module {name}", problems)
        if module is not None:
            yield name, module


def _installed(problems: list[str]) -> Iterable[tuple[str, ModuleType]]:
    for point in entry_points(group=ENTRY_POINTS):
        module = _load(point.module, f"The installed kinds {point.name} ({point.value})", problems)
        if module is not None:
            yield point.value, module


def _load(name: str, what: str, problems: list[str]) -> ModuleType | None:
    if not all(part.isidentifier() for part in name.split(".")):
        problems.append(f"{name!r} is no name of a module.")
        return None
    try:
        return importlib.import_module(name)
    except HaulierError as error:
        problems.append(f"{what} cannot be used: {error.detail}")
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise anything
        problems.append(f"{what} cannot be imported: {type(error).__name__}: {error}.")
    return None


def _collect(
    name: str, module: ModuleType, found: dict[KindRef, Handler], problems: list[str]
) -> None:
    handlers = [value for value in vars(module).values() if isinstance(value, Handler)]
    if not handlers:
        problems.append(f"The module {name} holds no @handler.")
    for handler in handlers:
        other = found.setdefault(handler.kind.ref, handler)
        if other is not handler:
            problems.append(f"Two handlers claim the kind {handler.kind.ref}.")
