"""個人番号の封筒を渡す、定期のジョブ。"""

from osame.addressee.residents.delivering import deliver as deliver_envelopes
from osame.contracts.linkage import LinkageClient
from osame.platform.exchanges import calling
from osame.platform.jobs.registry import Progress, job


@job(
    "deliver-numbers",
    function="addressee.residents.deliver",
    cron="* * * * *",
    needs=lambda: calling.refuse_unready("linkage"),
)
def deliver(_progress: Progress) -> str:
    """預かった封筒を、連携サーバーへ渡す。つながらなければ、次の回に渡す。"""
    with calling.client("linkage") as client:
        done = deliver_envelopes(LinkageClient(client, sender="addressee", errand=calling.errand()))
    rest = "。つながらなくなったので、残りは次に渡します" if done.cut_off else ""
    return f"渡した封筒{done.sent:,}通（うち決定待ち{done.held:,}通）、断られた封筒{done.refused:,}通{rest}"
