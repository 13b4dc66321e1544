"""計測する本物のサーバーを、別の process で起こし、終われば止める。"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx


def command(*words: str) -> list[str]:
    """この環境の `osame` を打つ。"""
    return [sys.executable, "-W", "ignore", "-m", "osame.cli", *words]


@contextmanager
def served(environment: Mapping[str, str], *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """サーバーの住所と process。 environment: この環境に足すもの; options: `osame serve` に足す語。"""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    process = subprocess.Popen(
        command("serve", "--port", str(port), *options), env=os.environ | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/healthz", timeout=5)
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield url, process
    finally:
        process.terminate()
        process.wait(40)
