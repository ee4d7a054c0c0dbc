"""The examples name settings, commands and options that there are, and parse."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

from muster.cli import COMMANDS
from muster.settings import Settings, variable

TOP = Path(__file__).parents[1]
EXAMPLES = [*sorted((TOP / "examples").iterdir()), TOP / "compose.yml", TOP / "Dockerfile"]
OF_COMPOSE = {"MUSTER_PORT", "MUSTER_BIND", "MUSTER_HOST"}  # its own, for the machine it runs on


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_names_settings_and_commands_that_there_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = {variable(name) for name in Settings.model_fields} | OF_COMPOSE
    assert set(re.findall(r"\bMUSTER_[A-Z_]+\b", text)) <= known
    commands = re.findall(r'(?:bin/muster|command: muster|web muster|\["?muster"?,) "?([a-z]+)', text)
    assert set(commands) <= set(COMMANDS)


def test_it_parses_as_yaml() -> None:
    compose = yaml.safe_load((TOP / "compose.yml").read_text())
    assert {"web", "worker", "small", "migrate", "database", "proxy"} == compose["services"].keys()
    assert all(
        each["read_only"] and each["tmpfs"] == ["/tmp"]
        for each in (compose["services"][n] for n in ("web", "worker", "small"))
    )
    kinds = [each["kind"] for each in yaml.safe_load_all((TOP / "examples" / "kubernetes.yml").read_text())]
    assert kinds == ["Job", "Deployment", "Deployment", "Service"]


@pytest.mark.parametrize("path", sorted((TOP / "examples").glob("*.service")), ids=lambda path: path.name)
def test_it_gives_units_what_systemd_needs(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text())
    assert unit["Service"]["ExecStart"].startswith("/opt/muster/bin/muster ")
    assert unit["Install"]["WantedBy"] == "multi-user.target"
