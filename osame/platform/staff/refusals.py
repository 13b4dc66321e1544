"""職員の章の断り。"""

from osame.kernel.refusals import Refusal


class UnknownStaff(Refusal):
    """その職員番号のアカウントはありません。職員番号を確かめてください。"""


class AlreadyRegistered(Refusal):
    """その職員番号は、もう登録されています。「osame staff show」で確かめてください。"""


class NotAPerson(Refusal):
    """職員番号と氏名は、一人の名あてで登録します。共用のアカウントは作れません。担当者ごとに登録してください。"""


class UnknownDepartment(Refusal):
    """その所属は、その日にはありません。所属コードと始期を確かめてください。"""


class UnknownRole(Refusal):
    """その役割は、職員に付与できません。付与できる役割から選んでください。"""


class WrongKindOfStaff(Refusal):
    """委託先の役割は委託先の者だけに、ほかの役割は職員だけに付与できます。職員の区分を確かめてください。"""


class OnlyYourself(Refusal):
    """自分のアカウントには、その操作はできません。別の職員に依頼してください。"""


class AdministratorExists(Refusal):
    """システム管理者は、もういます。役割の付与は、起案からの手順で行ってください。"""


class NotGranted(Refusal):
    """その役割・権限・登録は、いま有効ではありません。「osame staff show」で確かめてください。"""


class AlreadyGranted(Refusal):
    """その役割・権限・登録は、もう有効です。「osame staff show」で確かめてください。"""


class NotTheHead(Refusal):
    """認めることができるのは、その職員の所属の所属長だけです。所属長に依頼してください。"""


class NotTheProtectionManager(Refusal):
    """発行できるのは、その職員の所属の保護管理者だけです。保護管理者に依頼してください。"""


class ExpiresTooLate(Refusal):
    """個人番号利用権限は、次の3月31日までに切れるものだけを発行できます。期限を見直してください。"""


class NotAtThatStep(Refusal):
    """その申請は、もうその段階にありません。最新の状態を確かめてください。"""


class ContractEndsEarlier(Refusal):
    """委託先の者のアカウントは、契約の最後の日までしか使えません。期限を見直してください。"""


class DatesOutOfOrder(Refusal):
    """終期は、始期より後の日にしてください。"""


class UnreadableFeed(Refusal):
    """人事の異動ファイルの見出しが違います。様式を確かめてください。"""
