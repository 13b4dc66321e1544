"""始まりを速く。部品を読み込む間は、ごみを集めない。

While thousands of modules are loaded nothing becomes garbage, yet the collector would walk over all of them again and
again: a fifth of the start of every command and server. What is loaded stays for ever, so it is set aside for good.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """部品を読み込む間。終われば、読み込んだものを、ごみ集めのたびに調べ直さない。"""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
