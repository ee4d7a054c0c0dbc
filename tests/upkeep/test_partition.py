"""Partitions: the same contacts, the same history, on tables that are divided by team."""

from pathlib import Path

import psycopg
import pytest

from tests.upkeep.conftest import TEAM, Installation, on_postgres

pytestmark = pytest.mark.slow
KINDS = "SELECT relname, relkind::text FROM pg_class WHERE relname = ANY(%s) ORDER BY 1"
INDEXES = "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE indrelid = %s::regclass ORDER BY 1"
TABLES = ["connect_delivery", "contacts_change", "contacts_contact", "contacts_stopword"]


def test_it_divides_the_tables_that_grow_and_nothing_else_changes(postgres_url: str, tmp_path: Path) -> None:
    (here,) = on_postgres(postgres_url, tmp_path, "divided")
    here.run("demo")
    contacts = here.contacts()
    with psycopg.connect(here.env["DATABASE_URL"], autocommit=True) as database:
        indexes = {table: database.execute(INDEXES, [table]).fetchall() for table in TABLES}
        planned, _ = here.run("partition", "--by", "4", "--dry-run")
        assert planned.count("PARTITION OF") == 16
        assert {kind for _, kind in database.execute(KINDS, [TABLES]).fetchall()} == {"r"}

        _, said = here.run("partition", "--by", "4")
        assert said.startswith("Divided into 4: ")
        assert database.execute(KINDS, [TABLES]).fetchall() == [(table, "p") for table in TABLES]
        assert {table: database.execute(INDEXES, [table]).fetchall() for table in TABLES} == indexes
        room = database.execute("SELECT DISTINCT reloptions FROM pg_class WHERE relname ~ 'contacts_contact_[0-9]$'")
        assert room.fetchall() == [(["fillfactor=85"],)]
    assert here.contacts() == contacts
    assert here.run("partition")[1] == "Everything is divided already.\n"
    here.run("migrate")

    (tmp_path / "all.csv").write_text("\n".join(here.run("export", *TEAM)[0].splitlines()) + "\n")
    out, _ = here.run("import", tmp_path / "all.csv", *TEAM, "--blank-mobile", "infer")
    assert "unchanged" in out


def test_it_leaves_room_beside_contacts_before_they_are_divided(postgres_url: str, tmp_path: Path) -> None:
    (here,) = on_postgres(postgres_url, tmp_path, "plain")
    here.run("migrate")
    with psycopg.connect(here.env["DATABASE_URL"], autocommit=True) as database:
        found = database.execute("SELECT reloptions FROM pg_class WHERE relname = 'contacts_contact'").fetchone()
    assert found == (["fillfactor=85"],)


def test_it_says_that_partitions_are_for_postgresql(one: Installation) -> None:
    _, said = one.run("partition", code=1)
    assert said == "Partitions are PostgreSQL's: this installation is on SQLite.\n"
