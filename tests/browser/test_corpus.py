"""悪い文字。打てるすべての欄と、届くすべての文に仕込んだ文が、どの画面でも動かない。

A corpus of texts that would act if a page took them for markup: stored in the facts that other systems and files bring,
typed into every text field of every form, and then every page is opened again. Nothing may run, load or submit by itself.
"""

from itertools import cycle
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Error

from osame.demo.plan import build
from osame.demo.run import perform
from tests.browser.console_cast import Console, Desk, desk
from tests.browser.walking import NOT_PAGES, NOT_WALKED, ROLES, links, name_of
from tests.systems.conftest import fresh, make_template, server

CORPUS = (
    "<script>window.osameTaken=1</script>",
    "\"><img src=x onerror=window.osameTaken=1>",
    "'><svg onload=window.osameTaken=1>",
    "</textarea><script>window.osameTaken=1</script>",
    "</title></style><script>window.osameTaken=1</script>",
    "<a href=javascript:window.osameTaken=1>佐藤</a>",
    "javascript:window.osameTaken=1",
    "<img src=x hx-get=/account/ hx-trigger=load>",
    "<form action=/account/sign-out/ method=post data-again>",
    "{{ request.user.password }}{% debug %}${7*7}#{7*7}",
    "<iframe srcdoc='<script>parent.osameTaken=1</script>'>",
    "&lt;script&gt;window.osameTaken=1&lt;/script&gt;\\u003cscript\\u003e",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.osameTaken=1>",
    "<!--><img src=x onerror=window.osameTaken=1>-->",
)  # fmt: skip
BROUGHT = {  # 他所から届く文。表 → 欄
    "addressee": ("name", "kana", "address", "address_detail", "alias", "former_surname", "household_head_name"),
    "addressee_mailing": ("name", "address"),
    "addressee_contact": ("value",),
    "intake_file": ("file_name",),
    "rejected_row": ("reason",),
    "tax_item": ("name",),
    "municipality": ("office_address",),
    "staff_account": ("email",),
}
LIVE = """
() => [window.osameTaken === undefined,
       [...document.querySelectorAll('script')].filter(each => !each.src && each.type !== 'application/json').length,
       [...document.querySelectorAll('*')].filter(each => [...each.attributes].some(one => one.name.startsWith('on'))).length,
       [...document.querySelectorAll('a[href]')].filter(each => each.protocol === 'javascript:').length,
       [...document.querySelectorAll('main [hx-get], main [hx-post]')].filter(each => each.getAttribute('hx-get') === '/account/').length]
"""
# 次の一枚が描かれ、部品の取り寄せがあれば済むまで。
SETTLED = """
() => new Promise(done => requestAnimationFrame(() => setTimeout(function wait() {
    document.querySelector('.htmx-request') ? setTimeout(wait, 20) : done();
}, 20)))
"""
QUIET = [True, 0, 0, 0, 0]


@pytest.fixture
def city(tmp_path) -> Any:
    """A small city into which every sender has slipped something."""
    make_template("collection")
    with fresh("collection") as name:
        perform(build(120, 3, tmp_path / "city"), show=False, print_letters=False)
        with server(name) as admin:
            admin.execute("SET session_replication_role = replica")
            for table, columns in BROUGHT.items():
                for column in columns:
                    admin.execute(
                        f"UPDATE {table} SET {column} = (%s::text[])[1 + abs(hashtext(ctid::text)) %% %s]",
                        [list(CORPUS), len(CORPUS)],
                    )
        yield name


def open_page(at: Desk, path: str) -> bool:
    """Open it and look for anything that came alive. False when it is a file, not a page."""
    try:
        at.page.goto(at.console.url + path)
    except Exception as failure:
        if "Download" in str(failure) or "ERR_ABORTED" in str(failure):
            return False
        raise
    if at.page.get_by_role("heading", name="何のために開きますか").count():
        at.main.get_by_role("radio").first.check()
        at.main.get_by_role("button", name="この目的で開く").click()
        at.page.wait_for_load_state()
    assert look(at) == QUIET, at.page.url
    return True


def look(at: Desk) -> list[Any]:
    """What has come alive. A page that is still being left is looked at when it has arrived."""
    for _ in range(20):
        at.page.wait_for_load_state("load")  # 絵の失敗も、この時までに知らされる
        try:
            at.page.evaluate(SETTLED)
            return list(at.page.evaluate(LIVE))
        except Error as failure:
            if "Execution context" not in str(failure):
                raise
    raise AssertionError(f"{at.page.url} never came to rest")


def type_into_forms(at: Desk, path: str, corpus: Any) -> int:
    """Fill every text field of every form of the page and send it; how many fields. What was stored is seen in the second round."""
    filled, left = 0, False
    for place in range(at.main.locator("form[method=post]").count()):
        if left and not open_page(at, path):
            return filled
        left = False
        form = at.main.locator("form[method=post]").nth(place)
        fields = form.locator("input[type=text], input[type=search], input:not([type]), textarea")
        texts = [each for each in fields.all() if each.is_visible() and each.is_editable()]
        if not texts:
            continue
        for each in texts:
            each.fill(next(corpus))
            filled += 1
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        assert look(at) == QUIET, f"{path} after sending"
        left = True
    return filled


def test_nothing_that_is_stored_or_typed_comes_alive(browser, city):
    with Console("collection", city, OSAME_TODAY="2026-04-07") as console:
        console.hire("A0001", "山本 昇", *ROLES)
        with desk(browser, console, "A0001") as at:
            at.page.on("dialog", lambda dialog: at.faults.append(f"dialog: {dialog.message}"))
            corpus, filled, seen = cycle(CORPUS), 0, {}
            for typing, pages_of_each in ((True, 1), (False, 2)):  # 二周目は、一周目に打ったものを見る
                queue, known = ["/"], {"/"}
                seen = {}
                while queue:
                    path = queue.pop(0)
                    name = name_of(urlparse(path).path, "collection")
                    if not name or name in NOT_WALKED or NOT_PAGES.match(path) or seen.get(name, 0) >= pages_of_each:
                        continue
                    if path.startswith("/account/"):
                        continue  # 自分のパスワードと第二要素を変えてしまう
                    seen[name] = seen.get(name, 0) + 1
                    if not open_page(at, path):
                        continue
                    found = [each for each in links(at) if each not in known]
                    known.update(found)
                    queue += found
                    if typing:
                        filled += type_into_forms(at, path, corpus)
            assert len(seen) > 40
            assert filled > 60
