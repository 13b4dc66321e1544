"""送付先を何に使うか。税目と書類の名と、今日の一通をどこへ送るかの理由。"""

from dataclasses import dataclass
from datetime import date

from osame.addressee.mailing.queries import Destination, mailing_address_for, mailing_addresses_of
from osame.addressee.people.tax_items import TAX_ITEMS

DOCUMENTS = {"R-050": "督促状"}


@dataclass(frozen=True, slots=True)
class Use:
    """一つの税目・書類の一通を、今日どこへ送るか。 why: その理由。"""

    covers: str
    destination: Destination
    why: str


def covered(tax_item: str, document: str) -> str:
    """税目と書類の言い方。

    >>> covered("", ""), covered("06", "R-050")
    ('すべての税目・すべての書類', '固定資産税・都市計画税・督促状')
    """
    item = TAX_ITEMS.get(tax_item, f"税目 {tax_item}") if tax_item else "すべての税目"
    return f"{item}・{DOCUMENTS.get(document, f'書類 {document}') if document else 'すべての書類'}"


def uses_of(addressee_number: str, *, on: date) -> list[Use]:
    """送付先を分けている税目・書類ごとに、今日の一通をどこへ送るか。

    要件: F02-03
    """
    rows = mailing_addresses_of(addressee_number, on=on)
    known = {each.mailing_address_id: each for each in rows}
    found = []
    for tax_item, document in sorted({("", ""), *((each.tax_item, each.document) for each in rows)}):
        destination = mailing_address_for(addressee_number, tax_item=tax_item, document=document, on=on)
        chosen = known.get(destination.mailing.mailing_address_id) if destination.mailing else None
        if destination.held:
            why = "支援措置の対象者で、承認された安全な送付先がありません。送付を止めます。"
        elif chosen is None:
            why = "この税目・書類に使う送付先がないので、住所へ送ります。"
        elif chosen.is_safe:
            why = "支援措置の安全な送付先だからです。"
        else:
            why = f"{covered(chosen.tax_item, chosen.document)}の送付先のうち、優先順位{chosen.priority}で最も先だからです。"
        found.append(Use(covered(tax_item, document), destination, why))
    return found
