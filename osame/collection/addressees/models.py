"""宛名の写し。宛名管理システムから受け取った事実だけを持ち、個人番号は持たない。"""

from django.db import models


class Addressee(models.Model):
    """宛名。氏名・住所・送付先など、徴収に要る事実の写し。"""

    class Kind(models.TextChoices):
        """宛名区分。"""

        RESIDENT = "1", "住民"
        NON_RESIDENT = "2", "住登外者"
        CORPORATION = "3", "法人"
        CO_OWNERS = "4", "共有者"
        ESTABLISHMENT = "5", "事業所"

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    kind = models.CharField("宛名区分", max_length=1, choices=Kind.choices)
    name = models.TextField("氏名")
    kana = models.TextField("カナ")
    born_on = models.DateField("生年月日", null=True)
    postal_code = models.CharField("郵便番号", max_length=7)
    address = models.TextField("住所")
    address_detail = models.TextField("方書", default="", blank=True)
    corporate_number = models.CharField("法人番号", max_length=13, default="", blank=True)
    representative_name = models.TextField("代表者名", default="", blank=True)
    household_number = models.CharField("世帯番号", max_length=15, default="", blank=True)
    mailing_postal_code = models.CharField("送付先郵便番号", max_length=7, default="", blank=True)
    mailing_address = models.TextField("送付先住所", default="", blank=True)
    mailing_name = models.TextField("送付先氏名", default="", blank=True)
    died_on = models.DateField("死亡日", null=True)
    moved_out_on = models.DateField("転出日", null=True)
    protection_measure = models.BooleanField("支援措置", default=False)
    updated_on = models.DateField("異動日")

    class Meta:
        db_table = "addressee"
        db_table_comment = "宛名の写し（個人番号は持たない）"
