"""A new system field costs what CONTRIBUTING.md says: one entry, one column and its migration; all else follows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PARTS = ("muster", "tests", "manage.py", "pyproject.toml")
# In the middle, so that nobody can count on the places of the others.
ENTRY = '    Field("Nickname", "nickname", Kind.TEXT, Blank.CLEARED, Absent.KEPT, label="Nickname", searched=True),\n'
COLUMN = "    nickname = models.CharField(max_length=255, null=True)\n"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product, to which somebody has added a field as CONTRIBUTING.md says."""
    folder = tmp_path_factory.mktemp("product")
    for part in PARTS:
        copy = shutil.copytree if (TOP / part).is_dir() else shutil.copy
        copy(TOP / part, folder / part)
    insert(folder / "muster/core/fields.py", '    Field(\n        "MobileNumber",', ENTRY)
    insert(folder / "muster/contacts/models.py", "    mobile_number = models.", COLUMN)
    run(folder, "manage.py", "makemigrations", "contacts", "--name", "nickname")
    return folder


def insert(path: Path, before: str, line: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, line + before), encoding="utf-8")


def run(folder: Path, *arguments: str) -> str:
    """Run Python in a copy of the product, which comes before the product that is installed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DATABASE_URL"))}
    env = {**kept, "PYTHONPATH": str(folder), "MUSTER_DATA": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_tenth_field_is_imported_edited_found_exported_undone_and_erased(product: Path) -> None:
    said = run(product, "-m", "pytest", "-q", "-n", "0", "tests/contacts/with_a_tenth_field.py")

    assert " passed" in said


@pytest.mark.slow
def test_the_commands_and_the_documents_know_a_tenth_field(product: Path) -> None:
    (product / "file.csv").write_text(
        "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Nickname\nS1,Ada,Obi,716-555-0101,,Countess\n"
    )

    assert "1 created" in run(product, "-m", "muster", "check", "file.csv")
    assert "| `Nickname` | optional |" in run(
        product, "-c", "from muster.core.fields import reference as r; print(r())"
    )
