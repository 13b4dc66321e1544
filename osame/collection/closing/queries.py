"""日締めの照会。"""

from datetime import date, timedelta

from osame.platform.database import fetch_one

BEGINNING = date(1900, 1, 1)


def first_open_day() -> date:
    """記帳できる最初の会計日。最後に本締めした日の翌日。"""
    (closed,) = fetch_one("SELECT max(business_on) FROM daily_closing WHERE state = '2'")
    return closed + timedelta(days=1) if closed else BEGINNING
