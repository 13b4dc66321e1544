"""前の状態を残す。引金（トリガー）が書くので、まとめて動かす SQL で変えても残る。

Every insert and update of a tracked table leaves a row in its history, written by a trigger. Who changed it, with which
function and in which request come from the purpose gate, which every transaction carries.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pghistory.models
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Coalesce

from osame.platform.rights import APPEND_ONLY

Model = TypeVar("Model", bound=type[models.Model])


def told(name: str) -> Any:
    """門が取引に告げた値。告げられていなければ空。"""
    return Coalesce(Func(Value(f"osame.{name}"), Value(True), function="current_setting"), Value(""))


class HistoryRow(pghistory.models.Event):
    """履歴の一行。追記だけができる。"""

    rights = APPEND_ONLY

    pgh_id = models.BigAutoField("履歴番号", primary_key=True)
    pgh_created_at = models.DateTimeField("変えた日時", auto_now_add=True)
    pgh_label = models.TextField("登録か変更か")
    changed_by = models.TextField("変えた者", db_default=told("officer"))
    changed_with = models.TextField("機能コード", db_default=told("function"))
    changed_in = models.TextField("操作番号", db_default=told("request"))

    class Meta:
        abstract = True


def kept_history(*, exclude: Sequence[str] = ()) -> Callable[[Model], Model]:
    """この表の、登録と変更のたびの状態を残す。 Decorates a model; its history is the table `<table>_history`."""

    def tracked(model: Model) -> Model:
        table = model._meta.db_table
        keep: Callable[[Model], Model] = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            exclude=list(exclude),
            base_model=HistoryRow,
            context_field=None,  # type: ignore[arg-type] # 誰が何のために変えたかは、門が告げる
            model_name=f"{model.__name__}History",
            meta={"db_table": f"{table}_history", "db_table_comment": f"{model._meta.db_table_comment}の履歴"},
        )
        return keep(model)

    return tracked
