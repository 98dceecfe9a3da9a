"""Finding handlers: built in, in named modules, in installed packages."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from haulier.domain.kinds import KindRef
from haulier.errors import ConfigurationInvalid
from haulier.handlers.discovery import discover

MODULE = """
from haulier import JobContext, handler

@handler({name!r})
async def report(job: JobContext) -> None:
    "Reports."
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's project as the current folder; what it imports is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write_module(folder: Path, name: str, text: str) -> None:
    path = folder / Path(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_built_in_kinds_are_always_there() -> None:
    assert {KindRef("site.audit"), KindRef("hello.audit")} <= set(discover())


def test_a_module_in_the_current_folder_is_found_by_name(folder: Path) -> None:
    write_module(folder, "harbour.jobs", MODULE.format(name="harbour.report"))

    found = discover(["harbour.jobs"])

    assert KindRef("harbour.report") in found
    assert KindRef("site.audit") in found


def test_two_handlers_of_one_kind_are_an_error_that_names_it(folder: Path) -> None:
    write_module(folder, "first_jobs", MODULE.format(name="harbour.report"))
    write_module(folder, "second_jobs", MODULE.format(name="harbour.report"))
    write_module(folder, "third_jobs", MODULE.format(name="site.audit"))

    with pytest.raises(ConfigurationInvalid) as caught:
        discover(["first_jobs", "second_jobs", "third_jobs"])

    assert "harbour.report@1" in caught.value.detail
    assert "site.audit@1" in caught.value.detail


def test_a_handler_that_two_modules_import_is_one_handler(folder: Path) -> None:
    write_module(folder, "origin_jobs", MODULE.format(name="harbour.report"))
    write_module(folder, "index_jobs", "from origin_jobs import report")

    assert KindRef("harbour.report") in discover(["origin_jobs", "index_jobs"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no @handler"),
        ("import no_such_package", "no_such_package"),
        ("def broken(:", "broken_jobs"),
        ("raise RuntimeError('no database here')", "no database here"),
        ("import os\nvalue = os.environ['NO_SUCH_VARIABLE']", "NO_SUCH_VARIABLE"),
        (MODULE.format(name="Not A Kind"), "kind is lower-case words"),
        ("\x00", "broken_jobs"),
    ],
)
def test_a_module_that_does_not_load_is_named_with_the_reason(
    folder: Path, text: str, said: str
) -> None:
    write_module(folder, "broken_jobs", text)

    with pytest.raises(ConfigurationInvalid) as caught:
        discover(["broken_jobs"])

    assert "broken_jobs" in caught.value.detail
    assert said in caught.value.detail


@pytest.mark.parametrize(
    "name", ["no_such_module", "no.such.module", "", ".", "..jobs", "a b", "../x"]
)
def test_a_name_that_is_no_module_is_told(name: str) -> None:
    with pytest.raises(ConfigurationInvalid):
        discover([name])


def test_every_problem_is_told_at_once(folder: Path) -> None:
    write_module(folder, "empty_jobs", "")

    with pytest.raises(ConfigurationInvalid) as caught:
        discover(["empty_jobs", "missing_jobs", "also_missing_jobs"])

    for name in ("empty_jobs", "missing_jobs", "also_missing_jobs"):
        assert name in caught.value.detail


def test_installed_packages_bring_kinds_by_an_entry_point(folder: Path) -> None:
    write_module(folder, "installed_jobs", MODULE.format(name="harbour.installed"))
    _install(folder, "installed_jobs")
    sys.path.insert(0, str(folder))

    assert KindRef("harbour.installed") in discover()


def test_an_installed_package_that_does_not_load_is_named(folder: Path) -> None:
    _install(folder, "nowhere_jobs")
    sys.path.insert(0, str(folder))

    with pytest.raises(ConfigurationInvalid, match="nowhere_jobs"):
        discover()


def _install(folder: Path, module: str) -> None:
    """What an installer leaves of a package that declares kinds."""
    metadata = folder / "harbour-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: harbour\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[haulier.kinds]\nharbour = {module}\n")
    importlib.invalidate_caches()
