"""束を組む係。核の数だけ別の process を置き、それぞれが組版器を持ち続ける。

Pressmen: one process per core, each with its own compiler and one thread. The controller streams batches and takes the
results in order, so memory does not grow with the run. A pressman whose controller dies reads the end of its pipe and leaves;
a controller whose pressman dies stops, and nothing is released.
"""

import gc
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain, islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from osame.kernel.refusals import Refusal
from osame.platform.letters.batches import Pressed, Sheets, press
from osame.platform.letters.engine import Letter

FEW_BATCHES = 4  # これ以下なら、係を置かず、頼んだ process で組む
AHEAD = 2  # 係一人につき、先に渡しておく束
MOST = 8
Batch = tuple[Letter, ...]


class PressmanLost(Refusal):
    """印刷の途中で組版が止まりました。一枚も渡していません。もう一度印刷し、続くときは管理者に連絡してください。"""


def pressmen() -> int:
    """係の数。使える核の数（多くて8）。`OSAME_PRESSMEN` で変えられる。"""
    return int(os.environ.get("OSAME_PRESSMEN", min(len(os.sched_getaffinity(0)), MOST)))


def pressed(sheets: Sheets, folder: Path, batches: Iterator[Batch]) -> Iterator[Pressed]:
    """束を組み、頼んだ順に返す。少なければこの process で、多ければ係に分けて。"""
    first = list(islice(batches, FEW_BATCHES + 1))
    numbered = enumerate(chain(first, batches), start=1)
    if len(first) <= FEW_BATCHES or pressmen() < 2:
        for number, batch in numbered:
            yield press(sheets, folder, number, batch)
    else:
        yield from _shared_out(sheets, folder, numbered)


def _shared_out(sheets: Sheets, folder: Path, numbered: Iterator[tuple[int, Batch]]) -> Iterator[Pressed]:
    with ExitStack() as stack:
        free: SimpleQueue[_Pressman] = SimpleQueue()
        for _ in range(pressmen()):
            free.put(stack.enter_context(_Pressman(sheets, folder)))
        threads = stack.enter_context(ThreadPoolExecutor(pressmen()))

        def ask(number: int, batch: Batch) -> Pressed:
            one = free.get()
            try:
                return one.press(number, batch)
            finally:
                free.put(one)

        waiting: deque[Future[Pressed]] = deque()
        stack.callback(lambda: [each.cancel() for each in waiting])
        for number, batch in numbered:
            waiting.append(threads.submit(ask, number, batch))
            if len(waiting) > AHEAD * pressmen():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Pressman:
    """係一人。束を渡し、組み上がりを受け取る。"""

    def __init__(self, sheets: Sheets, folder: Path) -> None:
        self._ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "osame.platform.letters.pressmen", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], env={**os.environ, "RAYON_NUM_THREADS": "1"},
            )  # fmt: skip
        self._ours.send((sheets, folder))

    def __enter__(self) -> "_Pressman":
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.kill()
        self._process.wait()

    def press(self, number: int, batch: Batch) -> Pressed:
        """一束を組ませる。断られたら、同じ断りを言う。"""
        try:
            self._ours.send((number, batch))
            answer = self._ours.recv()
        except (OSError, EOFError) as failure:
            raise PressmanLost(f"{number}束目") from failure
        if isinstance(answer, Pressed):
            return answer
        refusal, detail = answer
        raise refusal(detail)


def work(pipe: Connection) -> None:
    """係の仕事。頼む側がいなくなれば終わる。"""
    try:
        sheets, folder = pipe.recv()
        gc.freeze()  # 読み込んだ部品を、ごみ集めのたびに調べ直さない
        while True:
            number, batch = pipe.recv()
            try:
                pipe.send(press(sheets, folder, number, batch))
            except Refusal as refusal:
                pipe.send((type(refusal), refusal.detail))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
