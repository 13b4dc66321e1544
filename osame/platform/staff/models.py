"""職員の表。誰が、どこに属し、どの役割を、いつからいつまで持つか。

Nobody here is a shared account: an account is one named person. Rights are dated rows that are ended, never deleted;
a trigger keeps every former state with the officer and the request that changed it.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.functions.identity import GRANTABLE
from osame.platform.history import kept_history
from osame.platform.rights import KEPT


class Department(models.Model):
    """所属。"""

    rights = KEPT

    department_code = models.CharField("所属コード", max_length=10, primary_key=True)
    name = models.TextField("所属名")
    head = models.CharField("所属長", max_length=20, default="", blank=True)
    protection_manager = models.CharField("保護管理者", max_length=20, default="", blank=True)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("終期（この日から効かない）", null=True)

    class Meta:
        db_table = "department"
        db_table_comment = "所属"
        constraints = [
            models.CheckConstraint(
                name="department_lasts_at_least_a_day",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="head_is_not_the_protection_manager",
                condition=models.Q(head="") | ~models.Q(head=models.F("protection_manager")),
            ),
        ]


class StaffAccountManager(BaseUserManager["StaffAccount"]):
    """職員番号で引く。"""

    def get_by_natural_key(self, username: str | None) -> "StaffAccount":
        """サインインの名は、職員番号。"""
        return self.get(staff_number=username)


@kept_history(exclude=("password", "last_login"))
class StaffAccount(AbstractBaseUser):
    """職員アカウント。一人に一つ。共用のアカウントは作れない。"""

    rights = KEPT

    class Employment(models.TextChoices):
        """職員か、委託先の者か。"""

        EMPLOYEE = "1", "職員"
        CONTRACTOR = "2", "委託先の者"

    USERNAME_FIELD = "staff_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = StaffAccountManager()

    staff_number = models.CharField("職員番号", max_length=20, primary_key=True)
    name = models.TextField("氏名")
    email = models.EmailField("電子メール", default="", blank=True)
    password = models.CharField("パスワードのハッシュ", max_length=256)
    last_login = models.DateTimeField("最後のサインイン", null=True)
    employment = models.CharField("職員の区分", max_length=1, choices=Employment.choices, default=Employment.EMPLOYEE)
    is_active = models.BooleanField("使えるか", default=True)
    registered_by = models.TextField("登録した者")
    registered_at = models.DateTimeField("登録日時", db_default=Now())
    disabled_at = models.DateTimeField("停止日時", null=True)
    disabled_reason = models.TextField("停止の理由", default="", blank=True)
    disable_on = models.DateField("停止する日（この日の0時に止まる）", null=True)
    password_must_change = models.BooleanField("パスワードを変えさせるか", default=True)

    class Meta:
        db_table = "staff_account"
        db_table_comment = "職員アカウント"
        constraints = [
            models.CheckConstraint(
                name="account_has_a_name", condition=~models.Q(name="") & ~models.Q(staff_number="")
            ),
            models.CheckConstraint(
                name="disabled_means_when_and_why",
                condition=models.Q(is_active=True, disabled_at=None)
                | (models.Q(is_active=False, disabled_at__isnull=False) & ~models.Q(disabled_reason="")),
            ),
        ]


@kept_history()
class ContractorAccount(models.Model):
    """委託先アカウント。契約が終われば使えない。"""

    rights = KEPT

    account = models.OneToOneField(
        StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number", primary_key=True
    )
    contractor = models.TextField("委託先")
    contract_number = models.TextField("契約番号")
    contract_ends_on = models.DateField("契約の最後の日")
    expires_on = models.DateField("アカウントの最後の日")

    class Meta:
        db_table = "contractor_account"
        db_table_comment = "委託先アカウント"
        constraints = [
            models.CheckConstraint(
                name="contractor_account_ends_with_the_contract",
                condition=models.Q(expires_on__lte=models.F("contract_ends_on")),
            ),
            models.CheckConstraint(
                name="contractor_account_names_its_contract",
                condition=~models.Q(contractor="") & ~models.Q(contract_number=""),
            ),
        ]


@kept_history()
class DepartmentAssignment(models.Model):
    """所属の発令。ある日の所属は、その日までに始まった発令のうち最も新しいもの。"""

    rights = KEPT

    assignment_id = models.BigAutoField("発令番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    department = models.ForeignKey(Department, models.PROTECT, verbose_name="所属コード", db_column="department_code")
    valid_from = models.DateField("適用開始日")
    assigned_by = models.TextField("発令を入れた者")

    class Meta:
        db_table = "department_assignment"
        db_table_comment = "所属の発令"
        constraints = [models.UniqueConstraint(name="one_department_a_day", fields=["account", "valid_from"])]


@kept_history()
class RoleAssignment(models.Model):
    """役割の付与。取り消せば、次の操作から効かない。"""

    rights = KEPT

    role_assignment_id = models.BigAutoField("付与番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    role = models.TextField("役割", choices=[(role.value, role.label) for role in sorted(GRANTABLE)])
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("終期（この日から効かない）", null=True)
    granted_by = models.TextField("付与した者")
    granted_at = models.DateTimeField("付与日時", db_default=Now())
    revoked_at = models.DateTimeField("取消日時", null=True)
    revoked_by = models.TextField("取り消した者", default="", blank=True)

    class Meta:
        db_table = "role_assignment"
        db_table_comment = "役割の付与"
        constraints = [
            models.CheckConstraint(name="role_is_one_of_ours", condition=models.Q(role__in=sorted(GRANTABLE))),
            models.CheckConstraint(
                name="role_is_not_self_granted", condition=~models.Q(granted_by=models.F("account"))
            ),
            models.CheckConstraint(
                name="role_lasts_at_least_a_day",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="role_revoked_means_by_whom",
                condition=models.Q(revoked_at=None, revoked_by="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by="")),
            ),
            models.UniqueConstraint(
                name="one_live_grant_of_a_role",
                fields=["account", "role", "valid_from"],
                condition=models.Q(revoked_at=None),
            ),
        ]


@kept_history()
class FunctionPermission(models.Model):
    """機能の許可。役割のほかに、一つの機能だけを期限付きで許す。"""

    rights = KEPT

    function_permission_id = models.BigAutoField("許可番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    function_code = models.TextField("機能コード")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("終期（この日から効かない）")
    granted_by = models.TextField("許可した者")
    granted_at = models.DateTimeField("許可日時", db_default=Now())
    revoked_at = models.DateTimeField("取消日時", null=True)
    revoked_by = models.TextField("取り消した者", default="", blank=True)

    class Meta:
        db_table = "function_permission"
        db_table_comment = "機能の許可"
        constraints = [
            models.CheckConstraint(
                name="permission_is_not_self_granted", condition=~models.Q(granted_by=models.F("account"))
            ),
            models.CheckConstraint(
                name="permission_lasts_at_least_a_day", condition=models.Q(valid_until__gt=models.F("valid_from"))
            ),
        ]


@kept_history()
class HandlerRegistration(models.Model):
    """事務取扱担当者の登録。登録のない者は、人の情報を開けない。"""

    rights = KEPT

    handler_registration_id = models.BigAutoField("登録番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    department = models.ForeignKey(Department, models.PROTECT, verbose_name="所属コード", db_column="department_code")
    valid_from = models.DateField("適用開始日")
    registered_by = models.TextField("登録した者")
    registered_at = models.DateTimeField("登録日時", db_default=Now())
    ended_at = models.DateTimeField("抹消日時", null=True)
    ended_by = models.TextField("抹消した者", default="", blank=True)

    class Meta:
        db_table = "handler_registration"
        db_table_comment = "事務取扱担当者の登録"
        constraints = [
            models.UniqueConstraint(
                name="one_live_registration", fields=["account", "department"], condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="handler_is_not_self_registered", condition=~models.Q(registered_by=models.F("account"))
            ),
        ]


@kept_history()
class NumberRight(models.Model):
    """個人番号利用権限。申請し、所属長が認め、保護管理者が発行する。次の3月31日までに切れる。"""

    rights = KEPT

    number_right_id = models.BigAutoField("権限番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    purposes = ArrayField(models.TextField(), verbose_name="使用目的")
    valid_from = models.DateField("適用開始日")
    expires_on = models.DateField("最後の日")
    applicant = models.TextField("申請者")
    applied_at = models.DateTimeField("申請日時", db_default=Now())
    department_head = models.TextField("認めた所属長", default="", blank=True)
    endorsed_at = models.DateTimeField("所属長が認めた日時", null=True)
    protection_manager = models.TextField("発行した保護管理者", default="", blank=True)
    issued_at = models.DateTimeField("発行日時", null=True)
    revoked_at = models.DateTimeField("取消日時", null=True)
    revoked_by = models.TextField("取り消した者", default="", blank=True)

    class Meta:
        db_table = "number_right"
        db_table_comment = "個人番号利用権限"
        constraints = [
            models.CheckConstraint(name="number_right_has_purposes", condition=models.Q(purposes__len__gt=0)),
            models.CheckConstraint(
                name="number_right_lasts_at_least_a_day",
                condition=models.Q(expires_on__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="number_right_is_not_self_granted",
                condition=~models.Q(department_head=models.F("account"))
                & ~models.Q(protection_manager=models.F("account")),
            ),
            models.CheckConstraint(
                name="number_right_is_seen_by_three",
                condition=~models.Q(department_head=models.F("applicant"))
                & ~models.Q(protection_manager=models.F("applicant"))
                & (models.Q(protection_manager="") | ~models.Q(protection_manager=models.F("department_head"))),
            ),
            models.CheckConstraint(
                name="number_right_is_endorsed_before_it_is_issued",
                condition=models.Q(issued_at=None, protection_manager="")
                | (
                    models.Q(issued_at__isnull=False, endorsed_at__isnull=False)
                    & ~models.Q(department_head="")
                    & ~models.Q(protection_manager="")
                ),
            ),
        ]


class StaffSession(models.Model):
    """職員のセッション。一人に、開いているものは一つだけ。"""

    rights = KEPT

    class Ending(models.TextChoices):
        """終わり方。"""

        OPEN = "", "使用中"
        SIGNED_OUT = "1", "サインアウト"
        IDLE = "2", "操作のないまま時間切れ"
        OVERDUE = "3", "使い始めからの時間切れ"
        ELSEWHERE = "4", "別の端末でのサインイン"
        RIGHTS_CHANGED = "5", "役割・権限の変更"
        TRANSFERRED = "6", "異動"
        DISABLED = "7", "停止"
        PASSWORD_CHANGED = "8", "パスワードか第二要素の変更"
        BY_HAND = "9", "管理者か本人による終了"

    session_id = models.BigAutoField("セッション番号", primary_key=True)
    account = models.ForeignKey(StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number")
    key_hash = models.CharField("セッション鍵のハッシュ", max_length=64, unique=True)
    terminal = models.TextField("端末", default="", blank=True)
    browser = models.TextField("ブラウザー", default="", blank=True)
    factors = models.TextField("使った要素", default="", blank=True)
    started_at = models.DateTimeField("開始日時", db_default=Now())
    seen_at = models.DateTimeField("最後の操作", db_default=Now())
    ended_at = models.DateTimeField("終了日時", null=True)
    ending = models.CharField("終わり方", max_length=1, choices=Ending.choices, default=Ending.OPEN, blank=True)

    class Meta:
        db_table = "staff_session"
        db_table_comment = "職員のセッション"
        constraints = [
            models.UniqueConstraint(name="one_open_session", fields=["account"], condition=models.Q(ended_at=None)),
            models.CheckConstraint(
                name="ended_means_how",
                condition=models.Q(ended_at=None, ending="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ending="")),
            ),
        ]


class SignInGuard(models.Model):
    """サインインの見張り。入力された職員番号ごとに、続けて失敗した回数を数える。実在しない番号も同じに数える。"""

    key_hash = models.CharField("職員番号のハッシュ", max_length=64, primary_key=True)
    failures = models.IntegerField("続けて失敗した回数", default=0)
    failed_at = models.DateTimeField("最後に失敗した日時", null=True)
    locked_until = models.DateTimeField("この日時まで受け付けない", null=True)

    class Meta:
        db_table = "sign_in_guard"
        db_table_comment = "サインインの見張り"


class UsedCode(models.Model):
    """使用済みの確認コード。最後に使った時刻の刻みより前のものは、もう使えない。"""

    account = models.OneToOneField(
        StaffAccount, models.PROTECT, verbose_name="職員番号", db_column="staff_number", primary_key=True
    )
    last_step = models.BigIntegerField("最後に使った時刻の刻み")

    class Meta:
        db_table = "used_code"
        db_table_comment = "使用済みの確認コード"
