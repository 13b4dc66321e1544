"""Officers before the pages of the collection system, without a browser: signed in, on the register of handlers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment

from osame.platform.staff.models import HandlerRegistration
from tests.systems.platform.staff_cast import APRIL, browser, hire, officer, sign_in, with_app


@contextmanager
def pages_on(day: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages say what they were given (`answer.context`), and today is `day`."""
    patch.setenv("OSAME_TODAY", day)
    setup_test_environment()
    try:
        yield
    finally:
        teardown_test_environment()


def officer_at_desk(number: str, name: str, *roles: str) -> Client:
    """A handler of personal information with these roles, signed in."""
    account = hire(number, name, *roles)
    secret = with_app(account)
    with officer():
        HandlerRegistration.objects.create(
            account_id=number, department_id="collection", valid_from=APRIL, registered_by="setup"
        )
    return sign_in(number, secret, browser())


def fields(page: Any) -> dict[str, str]:
    """What the form of the page would send as it stands: its hidden fields."""
    form = page.context["form"]
    return {field.html_name: str(field.value() or "") for field in form.hidden_fields()}


def text(page: Any) -> str:
    """The page as text."""
    return str(page.content.decode())
