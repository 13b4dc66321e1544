"""文書を発する者。首長・担当課・公印は、発する日に効いているものを使う。"""

import os
from dataclasses import dataclass
from datetime import date

from osame.collection.letters.standard_texts import mayor_of
from osame.collection.parameters.queries import municipality
from osame.platform.database import fetch_all
from osame.platform.letters.seal import seal_svg

SAMPLE = "見本"


@dataclass(frozen=True, slots=True)
class Issuer:
    """発する者。 mayor_office: 首長の呼び方（架空市長）; seal: 公印の絵（SVG）。登録がなければ空で、「公印省略」と刷る。"""

    city: str
    mayor_office: str
    mayor: str
    office: str
    office_address: str
    office_telephone: str
    seal: str


def issuer_on(as_of: date) -> Issuer:
    """その日に発する者（F01-01）。"""
    city = municipality(as_of=as_of)
    office = mayor_of(city.name, city.mayor_title)
    return Issuer(
        city=city.name,
        mayor_office=office,
        mayor=f"{office}　{city.mayor_name}",
        office=f"{city.name} {city.office_name}",
        office_address=city.office_address,
        office_telephone=city.office_telephone,
        seal=_seal(as_of),
    )


def site_watermark() -> str:
    """本番でなければ、見本と刷る。"""
    return "" if os.environ.get("OSAME_ENVIRONMENT") == "production" else SAMPLE


def _seal(as_of: date) -> str:
    rows = fetch_all(
        "SELECT seal_image FROM municipality WHERE valid_from <= %s ORDER BY valid_from DESC LIMIT 1", [as_of]
    )
    image = bytes(rows[0][0]) if rows and rows[0][0] else b""
    return seal_svg(image) if image else ""
