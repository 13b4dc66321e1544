"""重要行為の命令を、登録された職員が、パスワードと確認コードで本人であることを示して打つ。"""

from typer import Typer
from typer.testing import CliRunner

from osame.platform.staff.models import HandlerRegistration
from tests.systems.platform.staff_cast import APRIL, PASSWORD, code, forget_codes, hire, officer, with_app

NUMBER = "A0099"


class Weighty:
    """命令を打つ職員。"""

    def __init__(self, role: str = "collection_clerk", department: str = "collection") -> None:
        account = hire(NUMBER, "浜口 渚", role, department=department)
        self.secret = with_app(account)
        with officer():
            HandlerRegistration.objects.create(
                account=account, department_id=department, valid_from=APRIL, registered_by="setup"
            )

    def types(self, app: Typer, *words: str) -> str:
        """打って、答えを読む。"""
        forget_codes()
        typed = f"{PASSWORD}\n{code(self.secret)}\n"
        answer = CliRunner().invoke(app, list(words), input=typed, env={"OSAME_OFFICER": NUMBER})
        assert answer.exit_code == 0, answer.output
        return answer.stdout
