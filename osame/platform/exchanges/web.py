"""やり取りの記録の画面。いつ、誰が、どのシステムに何を求め、どう答えたか。本文は残していない。"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.platform import systems
from osame.platform.audit.searching import inert
from osame.platform.console.answers import page
from osame.platform.console.fields import WarekiDateField, plain
from osame.platform.console.paging import before_number, older_link
from osame.platform.exchanges import peers
from osame.platform.exchanges.records import Search, search
from osame.platform.functions.binding import bound
from osame.platform.functions.registry import function_name, purpose_name
from osame.platform.terminal import instants_of

PAGE = 100


class SearchForm(forms.Form):
    """探し方。空の欄は問わない。"""

    peer = forms.ChoiceField(label="相手システム", required=False)
    officer = forms.CharField(label="職員番号", required=False, max_length=64)
    operation = forms.CharField(label="操作（一部でよい）", required=False, max_length=80)
    since = WarekiDateField(label="この日から", required=False)
    through = WarekiDateField(label="この日まで", required=False)
    failed = forms.BooleanField(label="断られたもの・失敗したものだけ", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        peer = self.fields["peer"]
        assert isinstance(peer, forms.ChoiceField)
        met = peers.ours().calls | peers.ours().accepts
        peer.choices = [("", "すべて"), *((code, each.name) for code, each in systems.SYSTEMS.items() if code in met)]

    def wanted(self, *, before: int) -> Search:
        """探し方にする。"""
        told = self.cleaned_data
        since, until = instants_of(told["since"], told["through"])
        return Search(
            peer=told["peer"],
            officer=plain(told["officer"]),
            operation=plain(told["operation"]),
            since=since,
            until=until,
            failed=told["failed"],
            limit=PAGE + 1,
            before=before,
        )


@bound("floor.exchanges.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """やり取りの記録を、新しいものから。見たことも、監査の記録に残る。

    要件: F36-07
    """
    form = SearchForm(request.GET)
    found = search(form.wanted(before=before_number(request))) if form.is_valid() else []
    shown = {
        "form": form,
        "more": older_link(request, found[PAGE - 1].exchange_id) if len(found) > PAGE else "",
        "rows": [
            {
                "log": each,
                "peer": systems.SYSTEMS[each.peer].name if each.peer in systems.SYSTEMS else inert(each.peer),
                "operation": inert(each.operation),
                "officer": inert(each.officer),
                "function": inert(function_name(systems.current().code, each.function_code)),
                "purpose": inert(purpose_name(each.purpose)),
                "refused": each.status >= 400,
            }
            for each in found[:PAGE]
        ],
    }
    return page(request, "exchanges/list.html", shown, status=422 if form.errors else 200)


exchange_urls: list[URLPattern] = [path("exchanges/", listing, name="exchanges")]
