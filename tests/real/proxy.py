"""A reverse proxy as an institution has one: TLS outside, plain HTTP inside, and Muster below a path of its own."""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.real.certificate import certificate

NAME = "localhost"


@contextmanager
def proxy(port: int, folder: Path, target: str, below: str) -> Iterator[ssl.SSLContext]:
    """Take https://localhost:PORT/BELOW/… and pass it to TARGET/…; yield what a client trusts it with."""
    inside = urlsplit(target)

    class Passing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if not self.path.startswith(f"{below}/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept = {name: value for name, value in self.headers.items() if name != "Host"}
            told = {"Host": f"{inside.hostname}:{inside.port}", "X-Forwarded-Proto": "https"}
            with_them = http.client.HTTPConnection(str(inside.hostname), inside.port, timeout=20)
            with_them.request("POST", self.path.removeprefix(below), body, kept | told)
            answer = with_them.getresponse()
            said = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_told: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Passing)
    server.socket = certificate(folder, NAME).wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ssl.create_default_context(cafile=str(folder / "ca.pem"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
