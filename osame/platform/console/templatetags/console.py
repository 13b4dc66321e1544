"""画面の書き方。金額、和暦、日時、使えるかどうか、部品のアドレス。"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.timezone import localtime

from osame.kernel.dates import fiscal_year_label, format_wareki
from osame.platform import systems
from osame.platform.console.fields import short_wareki
from osame.platform.console.navigation import may_use, shown
from osame.platform.functions import permission
from osame.platform.functions.identity import ANONYMOUS, Identity
from osame.platform.functions.registry import Purpose, purposes, registry
from osame.platform.web.assets import address

register = template.Library()
WEEKDAYS = "月火水木金土日"
MINUS = "−"


@register.filter
def yen(amount: int | str | None) -> str:
    """円。桁を区切り、負は「−」。値がなければ空。"""
    if not isinstance(amount, int):
        return ""
    return f"{MINUS}{-amount:,}" if amount < 0 else f"{amount:,}"


@register.filter
def wareki(day: date | None) -> str:
    """和暦。 令和8年11月3日"""
    return format_wareki(_day(day)) if day else ""


@register.filter
def wareki_short(day: date | None) -> str:
    """和暦の短い形。 R8.11.3"""
    return short_wareki(_day(day)) if day else ""


@register.filter
def fiscal(year: int | None) -> str:
    """年度の呼び名。 令和8年度"""
    return fiscal_year_label(year) if year else ""


@register.filter
def moment(at: datetime | None) -> str:
    """日時（日本時間）。 R8.11.3 9:05"""
    if not at:
        return ""
    here = localtime(at)
    return f"{short_wareki(here.date())} {here.hour}:{here.minute:02d}"


@register.filter
def weekday(day: date | None) -> str:
    """曜日。"""
    return WEEKDAYS[_day(day).weekday()] if day else ""


def _day(day: date) -> date:
    return localtime(day).date() if isinstance(day, datetime) else day


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """鍵で引く。"""
    return mapping.get(key, "")


@register.simple_tag
def asset(path: str) -> str:
    """画面の部品のアドレス。中身が変われば、アドレスも変わる。"""
    return address(path)


@register.simple_tag(takes_context=True)
def may(context: Mapping[str, Any], code: str) -> bool:
    """いまの職員は、この機能を使えるか。使えない釦を出さないために。"""
    return may_use(_identity(context), code)


@register.simple_tag(takes_context=True)
def person_purposes(context: Mapping[str, Any]) -> list[Purpose]:
    """この職員が、このシステムで人の情報を開くときに選べる使用目的。"""
    system = systems.current().code
    listed = registry(system).functions
    opened = permission.usable(system, permission.rights_of(_identity(context)))
    usable = {purpose for code, purpose in opened if listed[code].personal}
    return [purpose for code, purpose in purposes().items() if code in usable]


@register.inclusion_tag("kit/navigation.html", takes_context=True)
def navigation(context: Mapping[str, Any]) -> dict[str, Any]:
    """この職員に見せる案内。"""
    path = context["request"].path
    return {"sections": list(shown(_identity(context), path))}


def _identity(context: Mapping[str, Any]) -> Identity:
    found = getattr(context["request"], "identity", ANONYMOUS)
    return found if isinstance(found, Identity) else ANONYMOUS
