"""窓口の印刷。組版は別の process に頼み、時間までに答えなければ、その process ごと捨てる。

A press sets one document at a time in a process of its own. Whoever asks holds the press alone until its answer: an answer
that is late, broken or carries another ticket is never read by anybody, because the press that owes it is killed. So a
stalled compiler, a timeout or a killed worker costs a clean refusal, never another person's paper. A typst compiler also
cannot be shared between threads; here it never is.
"""

import atexit
import json
import os
import secrets
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import cache
from typing import IO, Any

from osame.kernel.refusals import Refusal
from osame.platform.letters.engine import Letter, Template, compile_letters

TICKET_BYTES = 16
_FRAME = struct.Struct(">I")


class PressTimedOut(Refusal):
    """時間内に刷れなかったため、この印刷を取りやめました。何も渡していません。もう一度印刷してください。"""


class PressFailed(Refusal):
    """印刷の途中で組版が止まりました。何も渡していません。もう一度印刷し、続くときは管理者に連絡してください。"""


class Press:
    """組版の process 一つ。一度に一つの依頼だけを受ける。"""

    def __init__(self) -> None:
        """Process を始める。字体は、始めに一度だけ読む。"""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "osame.platform.letters.press"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, ticket: bytes, request: bytes, *, until: float) -> None:
        """依頼を渡す。"""
        with _broken_pipes_told():
            assert self.process.stdin is not None
            _write(self.process.stdin, ticket + request, until)

    def answer(self, ticket: bytes, *, until: float) -> bytes:
        """その依頼の答え。ほかの依頼の答えは受け取らない。"""
        with _broken_pipes_told():
            assert self.process.stdout is not None
            answer = _read(self.process.stdout, until)
        if answer[:TICKET_BYTES] != ticket or not answer[TICKET_BYTES:].startswith(b"%PDF"):
            raise PressFailed
        return answer[TICKET_BYTES:]

    def kill(self) -> None:
        """捨てる。遅れた答えを、誰も読まない。"""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        self.process.wait()


class Presses:
    """この process が持つ組版の process。空くのを待ち、借り、返す。"""

    def __init__(self, count: int = 2, seconds: float = 20) -> None:
        """count: 同時に組む数; seconds: 待つ時間も含めて、一通に許す秒数。"""
        self.seconds = seconds
        self._free = threading.Semaphore(count)
        self._lock = threading.Lock()
        self._idle: list[Press] = []

    def printed(self, template: Template, run: Mapping[str, Any], letter: Letter) -> bytes:
        """一通を組み、PDF のバイト列を返す。時間を超えたら断る。

        要件: F12-05
        """
        until = time.monotonic() + self.seconds
        if not self._free.acquire(timeout=self.seconds):
            raise PressTimedOut
        try:
            return self._printed(_request(template, run, letter), until)
        finally:
            self._free.release()

    def _printed(self, request: bytes, until: float) -> bytes:
        press = self._borrow()
        try:
            ticket = secrets.token_bytes(TICKET_BYTES)
            press.ask(ticket, request, until=until)
            pdf = press.answer(ticket, until=until)
        except BaseException:
            press.kill()
            raise
        self._give_back(press)
        return pdf

    def _borrow(self) -> Press:
        with self._lock:
            while self._idle:
                press = self._idle.pop()
                if press.process.poll() is None:
                    return press
                press.kill()
        return Press()

    def _give_back(self, press: Press) -> None:
        with self._lock:
            self._idle.append(press)

    def close(self) -> None:
        """空いている process を止める。"""
        with self._lock:
            while self._idle:
                self._idle.pop().kill()


@cache
def presses() -> Presses:
    """この process の印刷機。数と秒数は `OSAME_PRESSES`・`OSAME_PRESS_SECONDS` で変えられる。"""
    made = Presses(int(os.environ.get("OSAME_PRESSES", "2")), float(os.environ.get("OSAME_PRESS_SECONDS", "20")))
    atexit.register(made.close)
    return made


@contextmanager
def _broken_pipes_told() -> Iterator[None]:
    """管の切れを、職員に言える断りにする。"""
    try:
        yield
    except (OSError, EOFError) as failure:
        raise PressFailed from failure


def _request(template: Template, run: Mapping[str, Any], letter: Letter) -> bytes:
    told = {"template": _told(template), "run": run, "letter": _told(letter)}
    return json.dumps(told, ensure_ascii=False).encode()


def _told(asked: Template | Letter) -> dict[str, Any]:
    """欄とその値。絵の一画素ずつまで写し取らない。"""
    return {each.name: getattr(asked, each.name) for each in fields(asked)}


def _write(pipe: IO[bytes], body: bytes, until: float) -> None:
    """止まった process に書いても、待ち続けない。"""
    handle = pipe.fileno()
    os.set_blocking(handle, False)
    rest = memoryview(_FRAME.pack(len(body)) + body)
    while rest:
        _, ready, _ = select.select([], [handle], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise PressTimedOut
        rest = rest[os.write(handle, rest[:65536]) :]


def _read(pipe: IO[bytes], until: float) -> bytes:
    (length,) = _FRAME.unpack(_exactly(pipe, _FRAME.size, until))
    return _exactly(pipe, length, until)


def _exactly(pipe: IO[bytes], size: int, until: float) -> bytes:
    handle, found = pipe.fileno(), bytearray()
    while len(found) < size:
        ready, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise PressTimedOut
        part = os.read(handle, size - len(found))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """組版の process の仕事。依頼を一つ読み、その札を付けて答える。頼み手がいなくなれば終わる。"""
    while head := requests.read(_FRAME.size):
        (length,) = _FRAME.unpack(head)
        body = requests.read(length)
        ticket, told = body[:TICKET_BYTES], json.loads(body[TICKET_BYTES:])
        try:
            pdf = compile_letters(Template(**told["template"]), told["run"], [Letter(**told["letter"])])
        except Exception as failure:
            sys.stderr.write(f"press: {type(failure).__name__}: {str(failure)[:400]}\n")
            pdf = b""
        answers.write(_FRAME.pack(len(ticket) + len(pdf)) + ticket + pdf)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
