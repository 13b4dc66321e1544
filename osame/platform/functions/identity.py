"""いま使っている者。誰で、どの役割を持ち、何が許されているか。

Who uses the system at this moment. Nothing here is kept between requests: `osame.platform.staff.queries` reads it from
the database each time, so that a revoked right is gone with the next request.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """役割。"""

    label: str

    def __new__(cls, value: str, label: str) -> "Role":
        """値と、日本語の名を持つ。"""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    ANONYMOUS = "anonymous", "未認証"
    COLLECTION_CLERK = "collection_clerk", "収納一般"
    COLLECTION_CHIEF = "collection_chief", "収納係長"
    COLLECTION_MANAGER = "collection_manager", "収納課長"
    ASSESSMENT = "assessment", "課税課"
    GENERAL_BRANCH = "general_branch", "総合支所"
    BRANCH = "branch", "支所"
    AUDITOR = "auditor", "監査人"
    MAINTENANCE_CONTRACTOR = "maintenance_contractor", "保守委託"
    CONVERSION_CONTRACTOR = "conversion_contractor", "変換委託"
    SYSTEM_ADMINISTRATOR = "system_administrator", "システム管理者"
    GATEWAY_OPERATOR = "gateway_operator", "中間サーバー運用"
    OPERATOR = "operator", "端末の運用者"
    PEER = "peer", "相手システム"
    BUSINESS_SYSTEM = "business_system", "業務システム"


GRANTABLE = frozenset(Role) - {Role.ANONYMOUS, Role.OPERATOR, Role.PEER, Role.BUSINESS_SYSTEM}
"""職員に付与できる役割。"""

CONTRACTOR_ROLES = frozenset({Role.MAINTENANCE_CONTRACTOR, Role.CONVERSION_CONTRACTOR})
"""委託先の者だけが持つ役割。"""


class Kind(StrEnum):
    """使う者の種別。"""

    OFFICER = "officer"
    OPERATOR = "operator"
    PEER = "peer"
    BUSINESS_SYSTEM = "business_system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Identity:
    """使う者。

    officer: 職員番号（端末の運用者なら利用者名、相手システムならその名）; department: 所属コード; roles: いま有効な役割;
    functions: 役割のほかに許された機能コード; on_register: 事務取扱担当者に登録されているか;
    number_purposes: 個人番号を使ってよい目的（空なら使えない）; contractor: 委託先の者か。
    """

    kind: Kind
    officer: str = ""
    department: str = ""
    roles: frozenset[Role] = frozenset()
    functions: frozenset[str] = frozenset()
    on_register: bool = False
    number_purposes: frozenset[str] = frozenset()
    contractor: bool = False


ANONYMOUS = Identity(Kind.ANONYMOUS, roles=frozenset({Role.ANONYMOUS}))
"""誰とも分からない者。"""
