"""宛名の受信の定期のジョブ。一分ごとに始まり、その一分の間、待ちながら受け取り続ける。

A change waits for no timetable: the long poll answers as soon as there is one. 支援措置 is effective within seconds.
"""

import time
from uuid import uuid4

from osame.collection.addressees import following
from osame.collection.determinations.importing import retry_held
from osame.platform import gate
from osame.platform.exchanges import calling
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today

RUN_SECONDS, WAIT_SECONDS = 50, 10


@job(
    "addressee-copy",
    function="collection.addressees.follow",
    cron="* * * * *",
    needs=lambda: calling.refuse_unready("addressee"),
)
def follow(progress: Progress) -> str:
    """宛名の変更を受け取り、待っていた調定を試し直す。"""
    received = released = 0
    deadline = time.monotonic() + RUN_SECONDS
    with calling.client("addressee") as client:
        while (left := deadline - time.monotonic()) > 0:
            done = following.follow_once(client, wait=min(WAIT_SECONDS, int(left)))
            received += done.received
            if done.new:
                cause = f"feed:{done.position}:{uuid4().hex}"
                released += retry_held(as_of=today(), officer=gate.required().officer, cause=cause)
            progress(received)
    return f"{received:,}件を受け取り、待っていた調定{released:,}件を取り込みました"
