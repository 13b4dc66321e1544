"""職員と権限の画面。一覧、一人の権限、登録・停止・異動・付与・取消し、個人番号利用権限。"""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.platform import systems
from osame.platform.console.answers import officer_of, page
from osame.platform.console.fields import plain
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import GRANTABLE, Role
from osame.platform.functions.registry import groups, purposes, registry
from osame.platform.staff import actions, forms, granting
from osame.platform.staff.actions import Contract, NewStaff
from osame.platform.staff.pages import Act, Facts, act_page, member_of
from osame.platform.staff.queries import (
    department_name,
    departments,
    live_number_right,
    number_rights,
    recent_sessions,
    rights_of,
    staff_list,
)
from osame.platform.terminal import today

GRANTED_ROLES = tuple(role for role in Role if role.value not in {"anonymous", "operator", "peer", "business_system"})


@bound("floor.staff.show")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """職員の一覧。権限の棚卸しにも使う。"""
    rows = staff_list(as_of=today())
    wanted, office, role = (request.GET.get(name, "") for name in ("who", "department", "role"))
    rows = [
        row
        for row in rows
        if (not wanted or plain(wanted).casefold() in plain(f"{row.staff_number}{row.name}").casefold())
        and (not office or row.department == office)
        and (not role or role in row.roles)
    ]
    context = {
        "rows": [(row, [Role(each).label for each in row.roles]) for row in rows],
        "offices": departments(),
        "roles": GRANTED_ROLES,
        "asked": {"who": wanted, "department": office, "role": role},
    }
    return page(request, "staff/list.html", context)


@bound("floor.staff.show")
@require_GET
def member(request: HttpRequest, staff_number: str) -> HttpResponse:
    """一人の職員。いまとこれまでの権限、最近のセッション。"""
    row = member_of(staff_number, as_of=today())
    context = {
        "member": row,
        "department": department_name(row.department),
        "roles": [(each, Role(each).label) for each in row.roles],
        "held": rights_of(row.staff_number, as_of=today()),
        "numbers": number_rights(me=officer_of(request), as_of=today(), staff_number=row.staff_number, every=True),
        "purposes": {code: each.name for code, each in purposes().items()},
        "sessions": recent_sessions(row.staff_number),
        "is_me": row.staff_number == officer_of(request),
    }
    return page(request, "staff/member.html", context)


@bound("floor.staff.register")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """職員を登録し、最初の一度だけ使うパスワードを見せる。"""
    form = forms.RegisterForm(request.POST or None, today=today(), draft_key="staff-register")
    shown: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            new = _new_staff(form.cleaned_data)
            shown.append((new.staff_number, actions.register(new)))
            return reverse("staff_member", args=[new.staff_number])

        if done := form.carry_out(request, act, said="登録しました。"):
            if shown:
                registered = member_of(shown[0][0], as_of=today())
                said = {"title": "登録しました", "said": "最初のパスワードです。"}
                return page(request, "staff/secret.html", {"member": registered, "act": said, "secret": shown[0][1]})
            return done
    return page(request, "staff/register.html", {"form": form}, status=form.status)


def _new_staff(told: dict[str, Any]) -> NewStaff:
    contract = None
    if told["contractor"]:
        contract = Contract(told["contractor"], told["contract_number"], told["contract_ends_on"])
    number = plain(told["staff_number"])
    return NewStaff(number, told["name"], told["department"], told["valid_from"], told["email"], contract)


@bound("floor.staff.matrix")
@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """機能と役割の表。このシステムで、どの役割が何を使えるか。"""
    listed = sorted(registry(systems.current().code).functions.values(), key=lambda each: (each.group, each.code))
    rows = [
        (each, groups()[each.group], [role in each.roles for role in GRANTED_ROLES], [purposes()[p].name for p in each.purposes])
        for each in listed
    ]  # fmt: skip
    return page(request, "staff/matrix.html", {"rows": rows, "roles": GRANTED_ROLES})


@bound("floor.staff.number_rights")
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """個人番号利用権限。自分が申請した・認める・発行するもの。"""
    me = officer_of(request)
    context = {
        "rows": number_rights(me=me, as_of=today()),
        "purposes": {code: each.name for code, each in purposes().items()},
        "live": [purposes()[each].name for each in forms.NUMBER_PURPOSES if live_number_right(me, purpose=each, day=today())],
        "me": me,
    }  # fmt: skip
    return page(request, "staff/number_rights.html", context)


@bound("floor.staff.apply_number")
@require_http_methods(["GET", "POST"])
def apply_number(request: HttpRequest, staff_number: str) -> HttpResponse:
    """個人番号利用権限を申請する。自分のためにも、ほかの職員のためにも。"""
    form = forms.NumberRightForm(request.POST or None, today=today())
    row = member_of(staff_number, as_of=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            granting.apply_for_number_right(
                row.staff_number,
                purposes=told["purposes"],
                valid_from=told["valid_from"],
                expires_on=told["expires_on"],
            )
            return reverse("number_rights")

        if done := form.carry_out(request, act, said="申請しました。所属長が認め、保護管理者が発行すると使えます。"):
            return done
    return page(request, "staff/apply_number.html", {"form": form, "member": row}, status=form.status)


@bound("floor.staff.endorse_number")
@require_http_methods(["GET", "POST"])
def judge_number(request: HttpRequest, number_right_id: int, step: str) -> HttpResponse:
    """申請を認める（所属長）、発行する（保護管理者）。"""
    steps = {"endorse": granting.endorse_number_right, "issue": granting.issue_number_right}
    form = forms.PlainForm(request.POST or None, today=today())
    rows = number_rights(me=officer_of(request), as_of=today())
    right = next((each for each in rows if each.number_right_id == number_right_id), None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            steps[step](number_right_id, today=today())
            return reverse("number_rights")

        if done := form.carry_out(request, act, said={"endorse": "認めました。", "issue": "発行しました。"}[step]):
            return done
    context = {
        "form": form,
        "right": right,
        "step": step,
        "purposes": {code: each.name for code, each in purposes().items()},
    }
    return page(request, "staff/judge_number.html", context, status=form.status)


def _disable(number: str, told: Facts, _day: date) -> None:
    actions.disable(number, reason=told["reason"], on=told["on"])


def _transfer(number: str, told: Facts, day: date) -> None:
    actions.transfer(number, department=told["department"], on=told["on"], today=day)


def _grant(number: str, told: Facts, _day: date) -> None:
    until = told["valid_through"] + timedelta(days=1) if told["valid_through"] else None
    granting.propose_role(number, told["role"], valid_from=told["valid_from"], valid_until=until, reason=told["reason"])


def _register_handler(number: str, told: Facts, _day: date) -> None:
    granting.register_handler(number, department=told["department"], valid_from=told["valid_from"])


ONE_TIME = "次のパスワードは一度だけ見せます。本人に手渡してください。最初のサインインで、変えることになります。"
DISABLE = Act(
    "floor.staff.stop", "アカウントの停止", "停止する", forms.DisableForm,
    ("開いているセッションは、すべて終わります。", "役割は残り、停止を解くと元に戻ります。"), _disable, "停止しました。", danger=True,
)  # fmt: skip
ENABLE = Act(
    "floor.staff.stop", "停止の解除", "停止を解く", forms.PlainForm, ("役割は、止める前のままです。",),
    lambda number, _told, _day: actions.enable(number), "停止を解きました。",
)  # fmt: skip
UNLOCK = Act(
    "floor.staff.stop", "サインインの制限の解除", "制限を解く", forms.PlainForm, ("続けて失敗した数を、0に戻します。",),
    lambda number, _told, _day: actions.unlock(number), "制限を解きました。",
)  # fmt: skip
TRANSFER = Act(
    "floor.staff.stop", "異動", "異動させる", forms.TransferForm,
    ("前の所属での役割・担当者の登録・個人番号利用権限は、異動の日に切れます。", "新しい所属での役割は、あらためて付与します。"),
    _transfer, "異動を登録しました。", danger=True,
)  # fmt: skip
RESET_PASSWORD = Act(
    "floor.staff.reset", "パスワードの出し直し", "出し直す", forms.PlainForm,
    ("本人を対面で確かめてから行ってください。", "開いているセッションは、すべて終わります。"),
    lambda number, _told, _day: actions.reset_password(number), ONE_TIME, danger=True,
)  # fmt: skip
RESET_FACTOR = Act(
    "floor.staff.reset", "第二要素を外す", "外す", forms.PlainForm,
    ("本人を対面で確かめてから行ってください。", "次のサインインで、登録し直すことになります。"),
    lambda number, _told, _day: actions.reset_second_factor(number), "第二要素を外しました。", danger=True,
)  # fmt: skip
GRANT = Act(
    "floor.staff.grant", "役割の付与の起案", "起案する", forms.GrantForm,
    ("すぐには効きません。別の職員の照査と決裁を経て、執行で効きます。", "効くと、この職員の開いているセッションは終わります。"),
    _grant, "起案しました。照査と決裁を待っています。",
)  # fmt: skip
HANDLER = Act(
    "floor.staff.handler", "事務取扱担当者の登録", "登録する", forms.HandlerForm,
    ("登録のある所属にいる間だけ、人の情報を開けます。",), _register_handler, "登録しました。",
)  # fmt: skip
REVOKE_NUMBER = Act(
    "floor.staff.revoke", "個人番号利用権限の取消し", "取り消す", forms.PlainForm,
    ("申請中のものも含め、すべて取り消します。次の操作から、個人番号を見られません。",),
    lambda number, _told, _day: (granting.revoke_number_right(number), None)[1], "取り消しました。", danger=True,
)  # fmt: skip


def revoking(request: HttpRequest, staff_number: str, kind: str, code: str) -> HttpResponse:
    """役割・機能の許可・担当者の登録を、一つ取り消す。"""
    told = {
        "role": ("役割の取消し", lambda number, *_: granting.revoke_role(number, code)),
        "function": ("機能の許可の取消し", lambda number, *_: granting.revoke_function(number, code)),
        "handler": ("担当者の登録の抹消", lambda number, *_: granting.deregister_handler(number, department=code)),
    }
    if kind not in told or (kind == "role" and code not in GRANTABLE):
        raise Http404
    title, perform = told[kind]
    act = Act(
        "floor.staff.revoke", f"{title}：{Role(code).label if kind == 'role' else code}", "取り消す", forms.PlainForm,
        ("次の操作から効きません。開いているセッションは、すべて終わります。",), perform, "取り消しました。", danger=True,
    )  # fmt: skip
    return act_page(act, today)(request, staff_number)


revoke = bound("floor.staff.revoke")(require_http_methods(["GET", "POST"])(revoking))

staff_urls: list[URLPattern] = [
    path("staff/", listing, name="staff_list"),
    path("staff/new/", register, name="staff_register"),
    path("staff/matrix/", matrix, name="staff_matrix"),
    path("staff/number-rights/", rights, name="number_rights"),
    path(
        "staff/number-rights/<int:number_right_id>/endorse/", judge_number, {"step": "endorse"}, name="endorse_number"
    ),
    path("staff/number-rights/<int:number_right_id>/issue/", judge_number, {"step": "issue"}, name="issue_number"),
    path("staff/member/<str:staff_number>/", member, name="staff_member"),
    path("staff/member/<str:staff_number>/disable/", act_page(DISABLE, today), name="staff_disable"),
    path("staff/member/<str:staff_number>/enable/", act_page(ENABLE, today), name="staff_enable"),
    path("staff/member/<str:staff_number>/unlock/", act_page(UNLOCK, today), name="staff_unlock"),
    path("staff/member/<str:staff_number>/transfer/", act_page(TRANSFER, today), name="staff_transfer"),
    path("staff/member/<str:staff_number>/password/", act_page(RESET_PASSWORD, today), name="staff_reset_password"),
    path("staff/member/<str:staff_number>/factor/", act_page(RESET_FACTOR, today), name="staff_reset_factor"),
    path("staff/member/<str:staff_number>/grant/", act_page(GRANT, today), name="staff_grant"),
    path("staff/member/<str:staff_number>/handler/", act_page(HANDLER, today), name="staff_handler"),
    path("staff/member/<str:staff_number>/apply-number/", apply_number, name="staff_apply_number"),
    path("staff/member/<str:staff_number>/revoke-number/", act_page(REVOKE_NUMBER, today), name="staff_revoke_number"),
    path("staff/member/<str:staff_number>/revoke/<str:kind>/<str:code>/", revoke, name="staff_revoke"),
]
