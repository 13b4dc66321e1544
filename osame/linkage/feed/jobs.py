"""4情報の受信の定期のジョブ。一分ごとに始まり、その一分の間、待ちながら受け取り続ける。"""

import time

from osame.linkage.feed import following
from osame.platform.exchanges import calling
from osame.platform.jobs.registry import Progress, job

RUN_SECONDS, WAIT_SECONDS = 50, 10


@job(
    "linkage-feed",
    function="linkage.feed.follow",
    cron="* * * * *",
    needs=lambda: calling.refuse_unready("addressee"),
)
def follow(progress: Progress) -> str:
    """宛名の変更を受け取る。"""
    received = learnt = 0
    deadline = time.monotonic() + RUN_SECONDS
    with calling.client("addressee") as client:
        while (left := deadline - time.monotonic()) > 0:
            done = following.follow_once(client, wait=min(WAIT_SECONDS, int(left)))
            received, learnt = received + done.received, learnt + done.learnt
            progress(received)
    return f"{received:,}件を受け取り、{learnt:,}人の4情報を改めました"
