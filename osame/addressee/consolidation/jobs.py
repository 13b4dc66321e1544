"""名寄せの定期のジョブ。"""

from osame.addressee.consolidation.batch import find_candidates
from osame.platform.jobs.registry import Progress, job


@job("identity-candidates", function="addressee.consolidation.find", cron="30 16 * * *")
def find(_progress: Progress) -> str:
    """夜のうちに、同一人の候補を探し直す。"""
    found = find_candidates()
    return f"宛名{found.people:,}件、自動の名寄せ{found.linked:,}組、確かめ待ち{found.waiting:,}組"
