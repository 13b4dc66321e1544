"""The cast of linkage: fictional people with numbers that fit, and the orders that business systems send."""

import random
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from uuid import uuid4

from django.db import transaction

from osame.contracts.linkage import BasicFacts, NumberingAnswer, NumberingOrder
from osame.contracts.sealed import linkage_key, seal_number
from osame.kernel.check_digits import individual_number_check_digit
from osame.linkage.calling import Caller
from osame.linkage.identities import actions
from osame.platform import database, gate

TODAY = date(2025, 11, 20)
ADDRESSEE = Caller("addressee", TODAY)
LINKING = gate.Acting("結城", "linkage.identities.number", "number_linkage", role="peer", terminal="system:addressee")
FACTS = BasicFacts("架空 花子", "架空市本町1-2-3", "2", date(1980, 4, 1))


def some_number(seed: int) -> str:
    """A fictional number that fits its check digit; never the same for two seeds."""
    body = f"{(seed * 7919 + 10_000_019) % 10**11:011d}"
    return body + individual_number_check_digit(body)


def facts(seed: int) -> BasicFacts:
    rng = random.Random(seed)
    return BasicFacts(
        f"架空 {seed}子",
        f"架空市本町{seed}番地",
        rng.choice("12"),
        date(1950 + seed % 60, 1 + seed % 12, 1 + seed % 28),
    )


def order(number: str | None = None, *, addressee: str = "000000000000101", business: str = "001", standing: str = "1",
          facts: BasicFacts = FACTS, affair: str = "local_tax", request: str = "", sender: str = "addressee") -> NumberingOrder:  # fmt: skip
    request = request or uuid4().hex
    sealed = ""
    if number:
        sealed = b64encode(
            seal_number(number, subject=addressee, sender=sender, key=linkage_key(), request=request)
        ).decode()
    return NumberingOrder(request, affair, business, "000", addressee, standing, facts, sealed)


def number(number: str | None = None, *, caller: Caller = ADDRESSEE, **told) -> NumberingAnswer:
    return actions.number(order(number, **told), caller)


@contextmanager
def officer(name: str, purpose: str = "number_linkage"):
    with gate.acting(replace(LINKING, officer=name, purpose=purpose, request=uuid4().hex)) as now:
        yield now


def in_one(act, *args):
    """In a transaction: the purpose travels with it."""
    with transaction.atomic():
        return act(*args)


def fetch_all(*told):
    return in_one(database.fetch_all, *told)


def fetch_one(*told):
    return in_one(database.fetch_one, *told)
