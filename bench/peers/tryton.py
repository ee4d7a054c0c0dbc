"""Tryton importing the same people as parties: its own `import_data`, both numbers checked by the library.

    python -m bench.peers.tryton FILE [--before FILE] [--database URL]

One bad row refuses the whole file and there is no result per row, so it is given only the good rows, with numbers
it can read without an address; a party has no opt-outs, no staff and no fields of one's own. Existing parties are
matched by the database's id, since it matches nothing else. Runs in an environment of its own; prints a line of JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
import trytond
from trytond import config

from bench.meter import Cost, Meter, forget_peak, peak_mb, postmaster_of

asked = argparse.ArgumentParser()
asked.add_argument("mode", choices=["plain"])
asked.add_argument("file")
asked.add_argument("--before", default="")
asked.add_argument("--database", default="")
asked.add_argument("--folder", default=".")
arguments = asked.parse_args()
url = urlsplit(arguments.database)
config.set("database", "uri", f"postgresql://{url.netloc}" if url.netloc else "sqlite://")
config.set("database", "path", arguments.folder)

from trytond import backend  # noqa: E402  it looks at the lines above
from trytond.pool import Pool  # noqa: E402
from trytond.transaction import Transaction  # noqa: E402

COLUMNS = ["code", "name", "contact_mechanisms/type", "contact_mechanisms/value"]
database = url.path[1:] if url.netloc else "tryton"


def install() -> None:
    """Make an installation with the party module."""
    if not url.netloc:
        (Path(arguments.folder) / f"{database}.sqlite").unlink(missing_ok=True)
        with Transaction().start(None, 0, close=True, autocommit=True) as transaction:
            transaction.database.create(transaction.connection, database)
    with Transaction().start(database, 0):
        backend.Database(database).connect().init()
    Pool.start()
    with Transaction().start(database, 0):
        Pool(database).init(update=["ir", "res", "country", "party"], lang=["en"])


def lines(path: str, ids: dict[str, int]) -> list[list[Any]]:
    """The file's good rows as Tryton wants them: a second number is a line of its own."""
    found = []
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers = {e164(row["MobileNumber"] or row["WhatsAppMobileNumber"]), e164(row["WhatsAppMobileNumber"])}
            first, *more = sorted(filter(None, numbers)) or [""]
            if first and row["LastName"]:
                name = f"{row['FirstName']} {row['LastName']}"
                head = [row["ContactId"], name, "other" if not first else "phone", first]
                found.append([*([ids[row["ContactId"]]] if ids else []), *head])
                found += [[*([""] if ids else []), "", "", "phone", each] for each in more]
    return found


def e164(cell: str) -> str:
    """The number that a cell says, where the library takes it for valid."""
    try:
        number = phonenumbers.parse(cell, "US")
    except phonenumbers.NumberParseException:
        return ""
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""


def clocks() -> Meter:
    if not url.netloc:
        return Meter()
    with Transaction().connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Meter(postmaster_of(cursor.fetchone()[0]))


def load(path: str, cost: Cost, ids: dict[str, int]) -> int:
    rows = lines(path, ids)
    with Transaction().start(database, 1) as transaction, clocks().measured(cost):
        Pool().get("party.party").import_data(["id", *COLUMNS] if ids else COLUMNS, rows)
        transaction.commit()
    return sum(bool(row[-4]) for row in rows)


def main() -> None:
    sys.stdout, answers = sys.stderr, sys.stdout
    logging.disable(logging.WARNING)
    install()
    ids: dict[str, int] = {}
    if arguments.before:
        load(arguments.before, Cost(), {})
        with Transaction().start(database, 1):
            ids = {party.code: party.id for party in Pool().get("party.party").search([])}
    cost = Cost()
    forget_peak()
    rows = load(arguments.file, cost, ids)
    with Transaction().start(database, 1):
        stored = Pool().get("party.party").search([], count=True)
    said = {
        "rows": rows, "reported": {}, "stored": stored, "cost": cost.as_json(), "peak_mb": peak_mb(),
        "versions": {"tryton": trytond.__version__},
    }  # fmt: skip
    print(json.dumps(said), file=answers)


if __name__ == "__main__":
    main()
