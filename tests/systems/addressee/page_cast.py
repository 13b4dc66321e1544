"""宛名管理の画面の試験の役者。サインインした職員と、画面の読み方。"""

import re
from datetime import date
from typing import Any

from django.test import Client

from osame.addressee.people.recording import Change, number_addressees, record_version
from osame.platform.staff.models import HandlerRegistration
from tests.systems.addressee.people_cast import facts
from tests.systems.platform.staff_cast import APRIL, cookie, hire, officer, sign_in, with_app

__all__ = ("HER", "HIM", "Officer", "cookie", "settle")
HER, HIM, COMPANY = (f"{number:015d}" for number in (11, 12, 14))
SINCE = date(2020, 4, 1)


def settle(number: str, name: str, *, kind: str = "2", source: str = "031", **told: Any) -> str:
    """宛名を一つ。 kind 1 は住民（住民記録から）。"""
    with officer("registrar"):
        number_addressees([(number, kind, source)])
        record_version(Change(number, SINCE, "01", facts(name=name, **told), source=source))
    return number


class Officer:
    """サインインした職員。 `get` と `post` は、答えの文を返す。"""

    def __init__(self, number: str, *roles: str, purpose: str = "statutory") -> None:
        account = hire(number, f"職員 {number}", *roles)
        with officer():
            HandlerRegistration.objects.create(
                account_id=number, department_id="collection", valid_from=APRIL, registered_by="setup"
            )
        self.number = number
        self.client: Client = sign_in(number, with_app(account))
        if purpose:
            self.client.post("/console/purpose/", {"purpose": purpose})

    def get(self, path: str, *, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, faults(answer)
        return answer.content.decode()

    def send(self, path: str, *, status: int = 302, opened: str = "", **told: Any) -> Any:
        """書式を開き、打って、送る。答えそのものを返す。"""
        form = opened or self.get(path)
        hidden = dict(re.findall(r'<input type="hidden" name="(submission|seen)" value="([^"]*)"', form))
        shown = {name: value for name, value in values(form).items() if value}
        answer = self.client.post(path, shown | hidden | told)
        assert answer.status_code == status, faults(answer)
        return answer


def values(page: str) -> dict[str, str]:
    """書式に初めから入っている値。"""
    found = dict(re.findall(r'<input type="text" name="(\w+)"(?: value="([^"]*)")?', page))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    return found


FAULTS = re.compile(r'class="(?:notice|error|conflict).*?</(?:div|p|section)>', re.DOTALL)


def faults(answer: Any) -> str:
    """What a page that was not expected says about it."""
    return f"{answer.status_code} {FAULTS.findall(answer.content.decode())}"
