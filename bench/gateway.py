"""Gateways that call while an import of their team is being saved: how soon each is answered, and whether any is lost.

    python -m bench.gateway [--on sqlite|postgres] [--rate 200] [--seconds 30] [--rows 200000]

A whole Muster of its own, `serve` as it is shipped; an owner imports a file of so many rows by the API, the next one as
soon as that is done; meanwhile Twilio calls, signed, each over a connection of its own, at its time however long the
others take. A call is timed from when it was due. Afterwards every number that called is looked for in the stop list,
once the worker has applied what waits. Target: the slowest hundredth within 200 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
from twilio.request_validator import RequestValidator

from bench.beside import Answered, Api, Importing, number_of, shipped, spread
from bench.meter import load
from tests.real.server import MusterServer

SECRET = "5f1d0c9a4e"
TARGET_MS = 200


def main() -> None:
    """Measure on each database."""
    parser = argparse.ArgumentParser(prog="bench.gateway")
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--rate", type=int, default=200, help="calls a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rows", type=int, default=200_000, help="of each import")
    asked = parser.parse_args()
    for database in [asked.on] if asked.on else ["sqlite", "postgres"]:
        with shipped(database, MUSTER_LOG_FORMAT="json") as server:
            measure(database, server, asked.rate, asked.seconds, asked.rows)


def measure(database: str, server: MusterServer, rate: int, seconds: int, rows: int) -> None:
    """Import and call, and say what came of it."""
    api = Api(server)
    team = api.team("Bench")
    connection = {"kind": "twilio", "name": "Texting", "secret": SECRET}
    address = api.post(f"/teams/{team}/connections", json=connection)["address"]
    calls = requests_of(address, rate * seconds)
    importing = Importing(api, rows)
    if rows:
        importing.start()
        importing.begun.wait(120)
    begun, web = time.perf_counter(), web_process(server)
    cpu, own = cpu_of(web), time.process_time()
    answered = asyncio.run(call_all(address, calls, rate))
    took, cpu, own = time.perf_counter() - begun, cpu_of(web) - cpu, time.process_time() - own
    if rows:
        importing.stop.set()
        importing.join()
    told = {
        "database": database,
        "calls": len(calls),
        "a second": round(len(calls) / took),
        "answered 200": sum(each.status == 200 for each in answered),
        **spread([each.ms for each in answered]),
        "ms of CPU a call": round(cpu / len(calls) * 1e3, 1),
        "and of the caller": round(own / len(calls) * 1e3, 1),
        "imports meanwhile": importing.done,
        "posts told to wait": api.told_to_wait,
        "share of the time saving": round(importing.saving / max(importing.looked, 1), 2),
        "applied after s": applied(server, sum(each.status == 200 for each in answered)),
        "load": load(),
    }
    print(json.dumps(told), flush=True)
    late = waiting(server)
    lost = told["answered 200"] - heard(server) - late
    print(f"{database}: p99 {told['p99']} ms, target {TARGET_MS}; lost: {lost}; not applied yet: {late}", flush=True)


def web_process(server: MusterServer) -> int:
    """The process that answers: the child of `serve` that is not its worker."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    forked = [int(each) for each in children if b"muster\0serve" in Path(f"/proc/{each}/cmdline").read_bytes()]
    return forked[0] if forked else server.process.pid


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def requests_of(address: str, count: int) -> list[bytes]:
    """Every call as it goes over the wire: STOP from so many numbers, of which the first import has most."""
    parts, validator = urlsplit(address), RequestValidator(SECRET)
    chosen = random.Random(1).sample(range(200_000), count)
    made = []
    for each in chosen:
        form = {"MessageSid": f"SM{each}", "From": number_of(each), "To": "+17165550000", "Body": "Stop"}
        body = urlencode(form).encode()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"X-Twilio-Signature: {validator.compute_signature(address, form)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def call_all(address: str, calls: list[bytes], rate: int) -> list[Answered]:
    """Begin each call at its time."""
    parts = urlsplit(address)
    begun = time.perf_counter()
    under_way = []
    for number, call in enumerate(calls):
        due = begun + number / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        under_way.append(asyncio.create_task(call_once(str(parts.hostname), int(parts.port or 80), call, due)))
    return await asyncio.gather(*under_way)


async def call_once(host: str, port: int, call: bytes, due: float) -> Answered:
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(call)
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        status = int(answer.split(b" ", 2)[1])
    except (OSError, TimeoutError, IndexError, ValueError) as error:
        print(f"a call was not answered: {error!r}", flush=True)
        status = 0
    return Answered((time.perf_counter() - due) * 1e3, status)


def applied(server: MusterServer, count: int) -> int:
    """Wait until the worker has applied every call; return the seconds it took, or -1 where it did not in minutes."""
    begun = time.perf_counter()
    while heard(server) < count:
        if time.perf_counter() - begun > 180:
            return -1
        time.sleep(1)
    return round(time.perf_counter() - begun)


def heard(server: MusterServer) -> int:
    """How many numbers are in the stop list."""
    return counted(server, "muster.sqlite3", "SELECT count(*) FROM contacts_stopword")


def waiting(server: MusterServer) -> int:
    """How many calls are kept and wait to be applied."""
    return counted(server, "calls.sqlite3", "SELECT count(*) FROM connect_call WHERE state = 'waiting'")


def counted(server: MusterServer, file: str, asked: str) -> int:
    url = server.env.get("DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            return int((connection.execute(asked).fetchone() or (0,))[0])
    with closing(sqlite3.connect(f"file:{Path(server.data) / file}?mode=ro", uri=True)) as database:
        return int(database.execute(asked).fetchone()[0])


if __name__ == "__main__":
    main()
