"""落とされたファイルを取り込む、頼まれた処理。"""

from uuid import UUID

from django.db import transaction
from django.urls import reverse

from osame.collection.intake.profiles import ORDER, PROFILES
from osame.kernel.dates import parse_date
from osame.platform import gate
from osame.platform.imports import registry, uploads
from osame.platform.imports.sources import medium_named
from osame.platform.jobs.registry import Progress
from osame.platform.jobs.requests import Done, requested


@requested("intake-upload", function="collection.intake.upload", title="ファイルの取込み")
def take_uploads(progress: Progress, *, batch: str, as_of: str) -> Done:
    """預かったファイルを、順に取り込む。一つのファイルは一つの取引で、取込みと預かりの始末が一緒に成る。"""
    officer, day = gate.required().officer, parse_date(as_of)
    waiting = sorted(uploads.waiting(UUID(batch), staff_number=officer), key=lambda each: ORDER[each.profile])
    for done, each in enumerate(waiting):
        progress(done, len(waiting))
        if each.intake_file_id is not None:
            continue  # 前の係が、ここまで取り込んでいた
        with uploads.opened(each.upload_id) as path, transaction.atomic():
            result = PROFILES[each.profile].take(path, as_of=day, officer=officer)
            if not result.already_received:
                registry.came_by(result.intake_file_id, medium_named(each.medium))
            uploads.imported(
                each.upload_id, intake_file_id=result.intake_file_id, already_received=result.already_received
            )
            progress(done, len(waiting))  # 取消しを頼まれていれば、このファイルは一行も取り込まない
    progress(len(waiting), len(waiting))
    return _told(UUID(batch), officer)


def _told(batch: UUID, officer: str) -> Done:
    taken = uploads.waiting(batch, staff_number=officer)
    known = sum(each.already_received for each in taken)
    note = f"{len(taken):,}件のファイルを受け付けました" + (f"（うち受領済 {known:,}件）" if known else "")
    if len(taken) == 1 and taken[0].intake_file_id is not None:
        path = reverse("intake_file", args=[taken[0].intake_file_id])
        return Done(note, path + ("?again=1" if known else ""))
    return Done(note, f"{reverse('intake')}?batch={batch}")
