"""システムの側の失敗は、どこで起きたかだけを標準エラーに残す。人の値は残さない。"""

import logging
from io import StringIO
from unittest.mock import patch

from osame.platform.web.failures import PlacesOnly
from tests.systems.platform.staff_cast import hire, sign_in, with_app

NAME, PLACE = "架空 太郎", "三重県架空市岩渕一丁目"


def test_a_failure_says_where_and_nothing_about_whom(database) -> None:
    client = sign_in("A0001", with_app(hire("A0001", "山本 昇", "collection_clerk")))
    client.raise_request_exception = False

    def broken(*_args: object, **_kwargs: object) -> None:
        try:
            raise KeyError(NAME)
        except KeyError as failure:
            raise ValueError(f"{NAME}は{PLACE}にいる") from failure

    handlers = logging.getLogger("django.request").handlers
    handler = next(each for each in handlers if isinstance(each.formatter, PlacesOnly))
    with patch.object(handler, "stream", StringIO()) as stream, patch("osame.platform.jobs.web.page", broken):
        answer = client.get(f"/jobs/?name={NAME}")
    told = stream.getvalue()
    assert answer.status_code == 500
    assert "続くときはシステム管理者に連絡してください" in answer.content.decode()
    assert "builtins.ValueError" in told
    assert "builtins.KeyError" in told
    assert "test_failures.py" in told
    assert "GET jobs/" in told
    assert "収滞納管理システム" in told
    assert not any(word in told for word in (NAME, "架空", PLACE, "岩渕", "name="))
