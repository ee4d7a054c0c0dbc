"""The program itself: its version, how it says no, and that it makes nothing where it was not asked to."""

import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.conftest import HEADER, Muster
from tests.real.server import PROGRAM, clean_environment

TOP = Path(__file__).resolve().parents[2]
USAGE = 64


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder, with these settings alone."""
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=folder,
        env=clean_environment() | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_its_version_alone(muster: Muster) -> None:
    version = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["version"]
    said = muster("--version")
    assert (said.code, said.out) == (0, f"muster {version}\n")


def test_it_tells_type_checkers_that_it_has_types() -> None:
    assert files("muster").joinpath("py.typed").is_file()


@pytest.mark.parametrize("arguments", [("nothing",), ("check",), ("check", "-", "--nothing"), ("check", "none.csv")])
def test_it_tells_wrong_usage_from_a_refused_file(muster: Muster, arguments: tuple[str, ...]) -> None:
    assert muster(*arguments).code == USAGE
    assert muster("check", "-", input="Nothing\nthat fits\n").code == 2


def test_it_prints_nothing_when_asked_to_be_quiet(muster: Muster) -> None:
    said = muster("check", "-", "--quiet", input=f"{HEADER}\nS1,,B,7165551234,\n")
    assert (said.code, said.out, said.err) == (1, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("token", "a@example.edu", "--name", "x"), ("work", "--once"), ("--help",)])
def test_it_makes_no_folder_where_it_was_not_asked_to(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = run(tmp_path, *arguments)
    if arguments != ("--help",):
        assert (said.returncode, said.stdout) == (USAGE, "")
        assert (
            said.stderr
            == f"There is no installation in {tmp_path}/data. Set MUSTER_DATA, or begin one with `muster serve`.\n"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not the address"),
        ("DATABASE_URL", "postgres://muster:s3cret@db:port/muster", "DATABASE_URL is not the address"),
        ("DATABASE_URL", "oddql://muster:s3cret@db/muster", "DATABASE_URL is not the address"),
        ("MUSTER_DATA", "/proc/nowhere", "MUSTER_DATA is /proc/nowhere, and that cannot be made"),
        ("MUSTER_PROXIES", "s3cret", "MUSTER_PROXIES: "),
    ],
)
def test_it_says_in_a_line_what_is_wrong_with_a_setting(tmp_path: Path, name: str, value: str, says: str) -> None:
    said = run(tmp_path, "migrate", **{"MUSTER_DATA": str(tmp_path / "data"), name: value})
    assert (said.returncode, said.stdout) == (USAGE, "")
    assert said.stderr.startswith(says)
    assert said.stderr.count("\n") == 1
    assert "s3cret" not in said.stderr
