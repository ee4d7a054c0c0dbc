"""A sender that stays in step with Muster: it reads the feed of changes, and a webhook tells it when to look.

It keeps a list of who may be texted in `list.sqlite3`. Needs: pip install standardwebhooks. Run it with
MUSTER_URL, MUSTER_TEAM, MUSTER_TOKEN, WEBHOOK_SECRET and PORT in the environment; see docs/connect.md.
"""

import json
import os
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from standardwebhooks import Webhook, WebhookVerificationError

FEED = f"{os.environ['MUSTER_URL']}/api/v1/teams/{os.environ['MUSTER_TEAM']}/changes"
TOKEN, SECRET, LIST = os.environ["MUSTER_TOKEN"], os.environ["WEBHOOK_SECRET"], os.environ.get("LIST", "list.sqlite3")
look = threading.Event()


def catch_up(db):
    """Read on from where we were, and keep the place together with what came from there: killed, nothing is lost."""
    more = True
    while more:
        (place,) = db.execute("SELECT cursor FROM place").fetchone()
        request = Request(f"{FEED}?after={place}&limit=500", headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(request, timeout=60) as answer:
            page = json.load(answer)
        with db:  # one transaction
            for item in page["items"]:
                keep(db, item["id"], item["contact"])
            db.execute("UPDATE place SET cursor = ?", (page["cursor"],))
        more = page["more"]


def keep(db, key, contact):
    """A contact that is gone is forgotten; any other is as it is now, and may be texted or not."""
    db.execute("DELETE FROM people WHERE id = ?", (key,))
    if contact and contact["mobile_number"]:
        row = (key, contact["mobile_number"], contact["first_name"], contact["text"] == "opted_in")
        db.execute("INSERT INTO people VALUES (?, ?, ?, ?)", row)


class Told(BaseHTTPRequestHandler):
    """Muster says that something happened: check that it was Muster, answer at once, and have a look."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            Webhook(SECRET).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(403)
        else:
            self.send_response(204)
            look.set()
        self.end_headers()


def main():
    """Listen in a thread; look when told to, and every minute in case a message got lost."""
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Told)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with closing(sqlite3.connect(LIST)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS people (id PRIMARY KEY, number, first_name, may_be_texted)")
        db.execute("CREATE TABLE IF NOT EXISTS place (cursor)")
        db.execute("INSERT INTO place SELECT '0' WHERE NOT EXISTS (SELECT * FROM place)")
        while True:
            look.clear()
            try:
                catch_up(db)
            except OSError as error:  # Muster begins anew, say: the place is kept, and the next look goes on from it
                print(error)
            look.wait(60)


if __name__ == "__main__":
    main()
