"""What check 7 needs: a consumer that can be killed and a proxy that repeats and delays answers."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLLOW = """
import os, sys, warnings
warnings.simplefilter("ignore")
os.environ["DJANGO_SETTINGS_MODULE"] = "osame.platform.settings"
import django
django.setup()
from osame.collection.addressees import following
from osame.contracts.client import ExchangeFailed, Limits
from osame.platform import gate
from osame.platform.exchanges import calling
import time

def run():
    with gate.acting(gate.Acting("job:follow", "collection.addressees.follow", "statutory", role="operator")):
        with calling.client("addressee", limits=Limits(connect_seconds=1, read_seconds=5, pauses=(0.05,))) as client:
            while True:
                try:
                    following.follow_once(client, wait=2, limit=int(sys.argv[1]))
                except ExchangeFailed:
                    time.sleep(0.1)

for line in sys.stdin:  # a child per line: set up once, killed often
    child = os.fork()
    if not child:
        run()
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Consumer:
    """collection following, in a process of its own that is killed at any point and begun again."""

    def __init__(self, database: str, *, limit: int = 20) -> None:
        environment = os.environ | {"OSAME_SYSTEM": "collection", "OSAME_DATABASE_NAME": database}
        command = [sys.executable, "-W", "ignore", "-c", FOLLOW, str(limit)]
        self.nursery = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.start()

    def start(self) -> None:
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write("go\n")
        self.nursery.stdin.flush()
        self.child = int(self.nursery.stdout.readline())

    def kill(self) -> None:
        assert self.nursery.stdout
        os.kill(self.child, signal.SIGKILL)
        assert self.nursery.stdout.readline() == "gone\n"

    def end(self) -> None:
        self.kill()
        self.nursery.communicate()


class Unreliable:
    """A proxy between the two: it delays answers, and gives an old answer again instead of a new one.

    To the consumer this is a network that duplicates and reorders; requests are passed on unchanged, so their signatures
    hold. An answer given again belongs to an earlier `after`: late, and out of turn.
    """

    def __init__(self, port: int, seed: int) -> None:
        self.chance, self.old, self.repeated, self.delayed = random.Random(seed), {}, 0, 0
        self.target = port
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._pass(b"")

            def do_POST(self) -> None:
                self._pass(self.rfile.read(int(self.headers.get("content-length") or 0)))

            def _pass(self, body: bytes) -> None:
                try:
                    status, answer = outer.answer(self.command, self.path, dict(self.headers), body)
                except (OSError, HTTPException):
                    self.close_connection = True
                    return
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # 殺された受信の切れたつながり
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        is_page = method == "GET" and "after=" in path
        if is_page and self.old and self.chance.random() < 0.25:
            self.repeated += 1
            return 200, self.chance.choice(list(self.old.values()))
        connection = HTTPConnection("127.0.0.1", self.target, timeout=10)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            got = connection.getresponse()
            answer = got.read()
        finally:
            connection.close()
        if is_page and got.status == 200:
            self.old[len(self.old) % 30] = answer
        if self.chance.random() < 0.35:
            self.delayed += 1
            time.sleep(0.15)
        return got.status, answer

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
