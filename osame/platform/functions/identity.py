"""いま使っている者。誰で、どの役割を持ち、何が許されているか。

Who uses the system at this moment. Nothing here is kept between requests: `osame.platform.staff.queries` reads it from
the database each time, so that a revoked right is gone with the next request.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """役割。"""

    ANONYMOUS = "anonymous"
    COLLECTION_CLERK = "collection_clerk"
    COLLECTION_CHIEF = "collection_chief"
    COLLECTION_MANAGER = "collection_manager"
    ASSESSMENT = "assessment"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    AUDITOR = "auditor"
    MAINTENANCE_CONTRACTOR = "maintenance_contractor"
    CONVERSION_CONTRACTOR = "conversion_contractor"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    GATEWAY_OPERATOR = "gateway_operator"
    OPERATOR = "operator"
    PEER = "peer"
    BUSINESS_SYSTEM = "business_system"

    @property
    def label(self) -> str:
        """日本語の名。"""
        return LABELS[self]


LABELS = {
    Role.ANONYMOUS: "未認証",
    Role.COLLECTION_CLERK: "収納一般",
    Role.COLLECTION_CHIEF: "収納係長",
    Role.COLLECTION_MANAGER: "収納課長",
    Role.ASSESSMENT: "課税課",
    Role.GENERAL_BRANCH: "総合支所",
    Role.BRANCH: "支所",
    Role.AUDITOR: "監査人",
    Role.MAINTENANCE_CONTRACTOR: "保守委託",
    Role.CONVERSION_CONTRACTOR: "変換委託",
    Role.SYSTEM_ADMINISTRATOR: "システム管理者",
    Role.GATEWAY_OPERATOR: "中間サーバー運用",
    Role.OPERATOR: "端末の運用者",
    Role.PEER: "相手システム",
    Role.BUSINESS_SYSTEM: "業務システム",
}

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
