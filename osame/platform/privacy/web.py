"""本人の請求の画面。受付、抽出、見分け、決定の起案、書面、応じて行ったこと。"""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.platform.approvals.models import Proposal
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.fields import plain
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass
from osame.platform.functions.binding import bound
from osame.platform.privacy import deciding, forms, refusals, requests
from osame.platform.privacy.act_pages import Act, act_page
from osame.platform.privacy.held import Held, ground_of, held_in, inventory, openable
from osame.platform.privacy.paper import decision_paper
from osame.platform.privacy.requests import Intake, Requester, State, items_of
from osame.platform.terminal import today

LIST = "開示等の請求"


@bound("floor.privacy.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """開示等請求の一覧。期限の早いものから。"""
    open_only = request.GET.get("all") != "1"
    day = today()
    rows = [(each, (each.due_on - day).days) for each in requests.listed(open_only=open_only)]
    return page(request, "privacy/requests.html", {"rows": rows, "open_only": open_only})


@bound("floor.privacy.receive")
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """開示等請求を受け付ける。本人確認をして、見比べてから登録する。"""
    form = forms.IntakeForm(request.POST or None, today=today(), initial={"requested_on": today()})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = {name: form.cleaned_data[name] for name in Intake.__dataclass_fields__}
            told["addressee_number"] = told["addressee_number"].zfill(15)
            return reverse("privacy_request", args=[requests.receive(Intake(**told), as_of=today())])

        if done := form.carry_out(request, act, said="受け付けました。"):
            return done
    return page(request, "privacy/receive.html", {"form": form}, status=form.status)


@bound("floor.privacy.show")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """一つの開示等請求。項目、決定、応じて行ったこと。"""
    row = requests.one(number)
    proposal = Proposal.objects.filter(pk=row.proposal_id).first() if row.proposal_id else None
    context = {
        "row": row,
        "items": items_of(number),
        "measures": requests.measures_of(number),
        "days": (row.due_on - today()).days,
        "proposal": proposal,
        "open": row.state in {State.RECEIVED, State.GATHERED},
        "decided": row.state in {State.DECIDED, State.CARRIED_OUT},
        "rejected": proposal is not None and proposal.state in {Proposal.State.REJECTED, Proposal.State.WITHDRAWN},
        "copies": bool(row.egress_serial),
    }
    return page(request, "privacy/request.html", context)


@bound("floor.privacy.judge")
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, number: int, table: str) -> HttpResponse:
    """一つの項目の中身（伏せたあと）を見て、開示しない理由を書くか、列を開く。"""
    row = requests.one(number)
    item = next((each for each in items_of(number) if each.table_name == table), None)
    shape = next((each for each in inventory() if each.name == table), None)
    if item is None or shape is None:
        raise refusals.ItemUnknown(table)
    by_agent = row.requester != Requester.SELF
    columns = [
        (each.name, f"{each.label}（{ground}）")
        for each in shape.columns
        if openable(shape, each.name) and (ground := ground_of(each, by_agent=by_agent))
    ]
    start = {"withheld_ground": item.withheld_ground, "opened": item.opened_columns}
    form = forms.JudgeForm(request.POST or None, columns=columns, today=today(), initial=start)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            requests.judge(
                number, table, withheld_ground=form.cleaned_data["withheld_ground"], opened=form.cleaned_data["opened"]
            )
            return reverse("privacy_request", args=[number])

        if done := form.carry_out(request, act, said="見分けました。"):
            return done
    one = held_in(shape, requests.asked_of(row))
    requests.looked(row, table)
    context = {"row": row, "item": item, "held": one, "form": form, **(_shown(one) if one else {})}
    return page(request, "privacy/judge.html", context, status=form.status)


def _shown(found: Held) -> dict[str, object]:
    """中身のある列だけ。書面にも、空の値は載らない。"""
    rows = found.rows[:100]
    used = [at for at, _ in enumerate(found.columns) if any(row[at] for row in rows)]
    return {"columns": [found.columns[at] for at in used], "shown": [[row[at] for at in used] for row in rows]}


@bound("floor.privacy.print")
@require_http_methods(["POST"])
def paper(request: HttpRequest, number: int) -> HttpResponse:
    """決定の書面を渡す。出力の仲介を通り、渡した番号が請求に残る。"""
    row = requests.one(number)
    reason = plain(request.POST.get("reason", ""))
    requests.require_reason_again(row, reason)
    body = decision_paper(number, on=today())
    receiver = str(row.get_requester_display())
    output = Output(EgressKind.LETTER, [row.addressee_number], ReceiverClass.CITIZEN, receiver)
    answer = download(body, f"decision-{number}.pdf", output, Authority(reason=reason))
    made = EgressRecord.objects.filter(place=f"download:decision-{number}.pdf").order_by("-egress_id").first()
    assert made is not None
    requests.carried_out(number, serial=made.serial, as_of=today())
    return answer


def _said(form: ActForm, name: str) -> str:
    return str(form.cleaned_data[name])


def _which(number: int) -> str:
    row = requests.one(number)
    return f"{row.get_kind_display()}　第{row.request_id}号　{row.requester_name}（{row.get_requester_display()}）"


ACTS = {
    "gather": Act(
        "floor.privacy.gather", "情報を抽出する", forms.PlainForm,
        ("このシステムの、人のことを書いた表のすべてから、この方の情報を探します。", "表ごとの件数とハッシュだけを残し、中身は写しません。",
         "前に見分けた項目は、そのまま残ります。"),
        lambda number, _form: requests.gather(number), "privacy_request", "抽出しました。",
    ),
    "amend": Act(
        "floor.privacy.receive", "補正の日数を記録する", forms.AmendForm, ("決定の期限が、補正に要した日数だけ延びます。",),
        lambda number, form: requests.amend(number, days=form.cleaned_data["days"]), "privacy_request", "記録しました。",
    ),
    "extend": Act(
        "floor.privacy.decide", "決定の期限を延ばす", forms.ReasonForm,
        ("決定の期限が30日延びます。一度だけです。", "延ばした期限と理由を、請求する者に遅滞なく書面で通知してください。"),
        lambda number, form: requests.extend(number, reason=_said(form, "reason"), as_of=today()),
        "privacy_request", "延ばしました。",
    ),
    "decide": Act(
        "floor.privacy.decide", "決定を起案する", forms.DecisionForm,
        ("見分けた項目のとおりに、決定を起案します。", "照査と決裁は、別の職員が行います。"),
        lambda number, form: deciding.propose_decision(number, _said(form, "outcome"), reason=_said(form, "reason")),
        "privacy_request", "起案しました。",
    ),
    "reopen": Act(
        "floor.privacy.decide", "見分けに戻す", forms.PlainForm, ("却下されたか取り下げた起案から離れ、見分けからやり直します。",),
        lambda number, _form: deciding.reopen(number), "privacy_request", "戻しました。",
    ),
    "withdraw": Act(
        "floor.privacy.receive", "取下げを記録する", forms.ReasonForm, ("この請求は終わります。決定の後には、取り下げられません。",),
        lambda number, form: requests.withdraw(number, reason=_said(form, "reason")), "privacy_request", "終えました。", True,
    ),
    "measure": Act(
        "floor.privacy.measure", "応じて行ったことを記録する", forms.MeasureForm,
        ("訂正・利用停止・提供先への通知を、後から書き換えられない記録にします。",),
        lambda number, form: requests.measure(
            number, _said(form, "kind"), target=_said(form, "target"), detail=_said(form, "detail"),
            done_on=form.cleaned_data["done_on"],
        ),
        "privacy_request", "記録しました。",
    ),
}  # fmt: skip

privacy_urls: list[URLPattern] = [
    path("privacy/", listing, name="privacy_requests"),
    path("privacy/new/", receive, name="privacy_receive"),
    path("privacy/<int:number>/", show, name="privacy_request"),
    path("privacy/<int:number>/items/<str:table>/", judge, name="privacy_judge"),
    path("privacy/<int:number>/paper/", paper, name="privacy_paper"),
    *(
        path(f"privacy/<int:number>/{name}/", act_page(replace(act, subject=_which), LIST), name=f"privacy_{name}")
        for name, act in ACTS.items()
    ),
]
