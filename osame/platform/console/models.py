"""画面の控え。送信の鍵と、書きかけの下書き。

What the browser's doors need to remember: which submission of a form has been carried out, and what an officer was typing
when the session ended.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import WRITE


class FormSubmission(models.Model):
    """送信の控え。同じ送信が二度届いても、行うのは一度だけ。"""

    rights = WRITE  # 古い控えは消す。行いそのものは監査記録に残っている

    submission_key = models.UUIDField("送信の鍵", primary_key=True)
    staff_number = models.CharField("職員番号", max_length=32)
    function_code = models.TextField("機能コード")
    submitted_at = models.DateTimeField("送信日時", db_default=Now())
    result_path = models.TextField("結果の画面", db_default="")

    class Meta:
        db_table = "form_submission"
        db_table_comment = "送信の控え"
        indexes = [models.Index(fields=["submitted_at"], name="form_submission_age")]


class FormDraft(models.Model):
    """書きかけの下書き。中身は暗号にして置き、本人だけが開ける。"""

    rights = WRITE

    pk = models.CompositePrimaryKey("staff_number", "form_key")
    staff_number = models.CharField("職員番号", max_length=32)
    form_key = models.CharField("書式の鍵", max_length=120)
    sealed = models.BinaryField("中身（暗号）")
    saved_at = models.DateTimeField("保存日時", db_default=Now())

    class Meta:
        db_table = "form_draft"
        db_table_comment = "書きかけの下書き"
        indexes = [models.Index(fields=["saved_at"], name="form_draft_age")]
