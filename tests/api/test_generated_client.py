"""A client that openapi-python-client makes from the description can be imported whole, and talks to a real server."""

import json
import subprocess
from pathlib import Path

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from muster.api.application import description
from tests.real.server import clean_environment, muster

pytestmark = pytest.mark.slow
TOP = Path(__file__).resolve().parents[2]
BIN = TOP / ".venv/client/bin"
CONFIG = {
    "post_hooks": [],
    "content_type_overrides": {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "application/octet-stream"
    },
}
PROGRAM = """
import importlib, pkgutil, sys
import client
names = [each.name for each in pkgutil.walk_packages(client.__path__, "client.")]
for name in names:
    importlib.import_module(name)
from client.api.contacts import contacts_add_contact, contacts_list_contacts
from client.models import ContactIn
muster = client.AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
before = contacts_list_contacts.sync("admissions-demo", client=muster)
print(len(names), len(before.items), before.items[0].contact_id)
"""


def ran(*command: str | Path, at: Path) -> str:
    done = subprocess.run(command, cwd=at, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_imports_whole_and_reads_contacts(tmp_path: Path) -> None:
    ran(TOP / "bin/setup", "client", at=TOP)
    (tmp_path / "openapi.json").write_text(json.dumps(description(), cls=DjangoJSONEncoder), encoding="utf-8")
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    made = (
        "generate",
        "--path",
        "openapi.json",
        "--output-path",
        "client",
        "--meta",
        "none",
        "--config",
        "config.json",
    )

    said = ran(BIN / "openapi-python-client", *made, "--fail-on-warning", at=tmp_path)

    assert "WARNING" not in said
    with muster(demo=True) as server:
        token = server.run("token", "ana@example.edu", "--name", "client").strip()
        modules, contacts, first = ran(BIN / "python", "-c", PROGRAM, server.url, token, at=tmp_path).split()
    assert int(modules) > 200
    assert int(contacts) > 5
    assert first
