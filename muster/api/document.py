"""Writes docs/api.md: `python -m muster.api.document docs/api.md`. What follows the introduction is made from the OpenAPI."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

INTRODUCTION = """\
# HTTP API

Everything that the pages do, for programs. The same description for machines is at `/api/v1/openapi.json`, and as a page at `/api/v1/docs`.

- JSON in UTF-8; times are ISO 8601 in UTC.
- Send `Authorization: Bearer <token>`. Make a token in *Profile, API tokens*, or with `muster token EMAIL --name NAME`. It may do what its user may do
  on the pages, no more. It is shown once; revoke it in Profile.
- Lists are `{"items": […], "next": "<cursor>" | null}`: ask again with `cursor` until `next` is null. `limit` is 50 unless you say otherwise, 500 at most.
- What is not a success is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and `problems` where there are several. 401 no or bad token ·
  403 role · 404 not there, or not your team · 405 method · 409 wrong state, or another contact has the number or id · 413 too big · 422 bad input · 503 the database is busy: again
  after `Retry-After`.
- A problem is `{"code", "row", "field", "value", "message", "fix"}`. Codes are those of [Resolving import errors](resolving-import-errors.md) and stay what they are; `input` is
  something about the request itself. Messages are for people and may change.

## An import from a script

```sh
api=http://127.0.0.1:8000/api/v1/teams/admissions
import=$(curl -sS -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: nightly-2026-09-01" \\
    -F file=@contacts.csv -F blank_mobile=infer -F 'columns={"Notes": null}' $api/imports | jq -r .id)
curl -sS -H "Authorization: Bearer $TOKEN" $api/imports/$import | jq '.state, .totals'
curl -sS -H "Authorization: Bearer $TOKEN" $api/imports/$import/rows-to-fix.csv -o rows-to-fix.csv
```

The answer to the post has the import's id. A file of up to 5 MB has been looked at by then: `refused` names everything that is wrong with the file, `waiting` is on its way.
Ask again until the state is `done`. With `confirm=false` it stops at `ready`: look at `rows`, `PATCH` options, columns or cells, then `POST …/confirm`.
The same `Idempotency-Key` posted again gives the first import, so that a script may retry without importing twice.

States: `checking` → `ready` | `refused`; `ready` → `waiting` → `importing` → `done` | `failed`; also `cancelled` and `undone`. `failed` is our fault, and nothing was written.

## STOP and START from a gateway

```sh
curl -sS -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" $api/consent -d '
    {"number": "+17165551234", "channel": "text", "opted_out": true, "source": "contact", "message_id": "SM7f1c"}'
```

`source` `contact` is the contact's own word: no import ever opts them in again. `message_id` is the gateway's: the same message delivered twice counts once.
Everybody whose number it is is opted out; the answer names them.

## A sender

`GET …/audience` is for whatever sends the messages: opted in, with a number, a page at a time. A whole sender:

```python
import json
import urllib.parse
import urllib.request

def audience(base, token, **wanted):
    cursor = ""
    while cursor is not None:
        query = urllib.parse.urlencode({**wanted, "limit": 500, "cursor": cursor})
        request = urllib.request.Request(f"{base}/audience?{query}", headers={"Authorization": f"Bearer {token}"})
        page = json.load(urllib.request.urlopen(request))
        yield from page["items"]
        cursor = page["next"]

for member in audience("http://127.0.0.1:8000/api/v1/teams/admissions", TOKEN, channel="text", send_as="assigned"):
    send(member["number"], text, sender=member["send_as"])
```

Ask right before sending, and send STOPs back at once (above): an opt-out counts from the moment it is posted.
`excluded` says how many of the selection are left out, and why. `assigned=mine` keeps the caller's own contacts.

Contacts without a ContactId have an `id`: `GET …/contacts/{id}?by=id`.
"""


def text() -> str:
    """The whole of docs/api.md."""
    application, reference = (import_module(f"muster.api.{name}") for name in ("application", "reference"))
    return INTRODUCTION + str(reference.markdown(application.description()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    import_module("django").setup()
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
