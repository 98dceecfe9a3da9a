"""The script `./haulier`: from a checkout to the command line, in any POSIX shell."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TOOLS = ("sh", "dirname", "cksum", "awk", "tr", "cat", "rm", "pwd", "readlink")


def start(
    script: Path, *arguments: str, cwd: Path, path: str, more: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", str(script), *arguments],
        cwd=cwd,
        env={"PATH": path, "HOME": str(cwd), **(more or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH of nothing but what every POSIX system has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script and what it reads, nothing installed."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("haulier", "pyproject.toml", "uv.lock"):
        shutil.copy(CHECKOUT / name, folder / name)
    return folder


def fake(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


INSTALLING_UV = """
echo "$@" >>"$HOME/uv.asked"
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\\necho "ran: $*"\\n' >"$UV_PROJECT_ENVIRONMENT/bin/haulier"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/haulier"
"""


def with_uv(tools: Path) -> str:
    for name in ("mkdir", "chmod"):
        (tools / name).symlink_to(str(shutil.which(name)))
    fake(tools, "uv", INSTALLING_UV)
    return str(tools)


def test_setup_installs_once_and_then_only_looks(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    path = with_uv(tools)

    first = start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)
    stamp = (checkout / ".venv" / "haulier.stamp").read_text()
    second = start(checkout / "haulier", "jobs", "list", cwd=tmp_path, path=str(tools))

    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert len(stamp.split()) == 2
    assert (second.stdout, second.stderr) == ("ran: jobs list\n", "")
    assert len((tmp_path / "uv.asked").read_text().splitlines()) == 1


def test_a_changed_lock_is_installed_again(checkout: Path, tools: Path, tmp_path: Path) -> None:
    path = with_uv(tools)
    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)
    with (checkout / "uv.lock").open("a") as lock:
        lock.write("\n# changed\n")

    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)

    assert len((tmp_path / "uv.asked").read_text().splitlines()) == 2


def test_groups_are_added_and_kept(checkout: Path, tools: Path, tmp_path: Path) -> None:
    path = with_uv(tools)
    groups = {"HAULIER_SETUP_GROUPS": "dev"}

    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)
    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path, more=groups)
    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)

    asked = (tmp_path / "uv.asked").read_text().splitlines()
    assert ["--group dev" in line for line in asked] == [False, True]
    assert all("--frozen" in line for line in asked)


def test_a_failed_installation_leaves_no_stamp(checkout: Path, tools: Path, tmp_path: Path) -> None:
    path = with_uv(tools)
    fake(tools, "uv", "echo 'no network' >&2; exit 2")

    ended = start(checkout / "haulier", "demo", cwd=tmp_path, path=path)

    assert ended.returncode != 0
    assert "no network" in ended.stderr
    assert not (checkout / ".venv" / "haulier.stamp").exists()


@pytest.mark.parametrize(
    "python",
    [
        None,
        "exit 1",
        "exit 127",
        "echo 'Segmentation fault' >&2; kill -11 $$",
        "echo 'python3: command not found, install it from the store'; exit 9",
    ],
)
def test_without_a_python_that_works_it_says_what_to_do(
    checkout: Path, tools: Path, tmp_path: Path, python: str | None
) -> None:
    if python is not None:
        for name in ("python3", "python3.11", "python3.14"):
            fake(tools, name, python)

    ended = start(checkout / "haulier", "demo", cwd=tmp_path, path=str(tools))

    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("haulier needs Python 3.11 or newer.")
    assert "apt install" in line


def test_a_python_without_venv_is_told(checkout: Path, tools: Path, tmp_path: Path) -> None:
    fake(tools, "python3", '[ "$1" = -c ] && exit 0; echo "ensurepip is not available"; exit 1')

    ended = start(checkout / "haulier", "demo", cwd=tmp_path, path=str(tools))

    assert ended.returncode == 1
    assert "ensurepip is not available" in ended.stderr
    assert "python3-venv" in ended.stderr


def test_it_works_from_anywhere_and_through_a_symlink(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    path = with_uv(tools)
    start(checkout / "haulier", "--setup-only", cwd=tmp_path, path=path)
    links = tmp_path / "links"
    links.mkdir()
    (links / "haulier").symlink_to(checkout / "haulier")
    (links / "again").symlink_to("haulier")

    found = [
        start(checkout / "haulier", "up", cwd=Path("/"), path=path),
        start(Path("../a checkout/haulier"), "up", cwd=links, path=path),
        start(links / "haulier", "up", cwd=Path("/"), path=path),
        start(Path("again"), "up", cwd=links, path=path),
    ]

    assert [ended.stdout for ended in found] == ["ran: up\n"] * 4, found
    assert len((tmp_path / "uv.asked").read_text().splitlines()) == 1
    assert [entry.name for entry in links.iterdir() if entry.name.startswith(".")] == []


def test_the_real_checkout_is_set_up_and_answers_at_once(tmp_path: Path) -> None:
    """No network is reachable by an unroutable proxy: a set-up checkout needs none."""
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    script = CHECKOUT / "haulier"

    ended = start(script, "--version", cwd=tmp_path, path=os.environ["PATH"], more=nowhere)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()[0].isdigit()
