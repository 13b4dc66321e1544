"""Waiting for what is to be seen: it ends at once when it is there, so patience costs nothing but on a broken system."""

import time


def until(condition, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)
