"""取込みの画面。落とす、確かめて取り込む、結果を見る、取り込めなかった行を直す。"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.intake import queries, row_cells
from osame.collection.intake.actions import Correction, correct_row, send_back
from osame.collection.intake.forms import FilterForm, RowForm, SendBackForm, TakeForm, UploadForm
from osame.collection.intake.models import RowTreatment
from osame.collection.intake.preview import Preview, preview_correction
from osame.collection.intake.profiles import recognise
from osame.collection.intake.queries import FileFilter
from osame.collection.matching.actions import Act
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.imports import uploads
from osame.platform.jobs.requests import ask_for
from osame.platform.terminal import today

Origin = RowTreatment.Origin
HOME = "collection/intake/files.html"


@bound("collection.intake.files", POST="collection.intake.upload")
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """ファイルを落とす場所と、これまでに取り込んだファイル。"""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():

        def act() -> str:
            read = [(name, data, recognise(data)) for name, data in form.contents()]
            batch = uploads.keep(read, staff_number=officer_of(request))
            record("ファイルを預けた", detail={"件数": len(read)})
            return reverse("intake_uploads", args=[batch])

        if done := form.carry_out(request, act):
            return done
    filters = FilterForm(request.GET or None, initial={})
    chosen = _filter(filters)
    paging = pager(request, queries.count_files(chosen))
    shown = queries.files(chosen, offset=paging.offset, size=paging.size)
    told = {"form": form, "filters": filters, "files": shown, "pager": paging, "batch": chosen.batch}
    return page(request, HOME, told, status=form.status)


@bound("collection.intake.upload")
@require_http_methods(["GET", "POST"])
def intake_uploads(request: HttpRequest, batch: UUID) -> HttpResponse:
    """預かったファイルの様式と媒体を確かめ、取込みを頼む。"""
    waiting = uploads.waiting(batch, staff_number=officer_of(request))
    day = today()
    form = TakeForm(request.POST or None, waiting=waiting, today=day, initial={"as_of": day})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            for each in waiting:
                uploads.choose(each.upload_id, profile=form.chosen(each.upload_id), medium=form.cleaned_data["medium"])
            arguments = {"batch": str(batch), "as_of": form.cleaned_data["as_of"].isoformat()}
            return reverse("job_request", args=[ask_for("intake-upload", arguments=arguments)])

        if done := form.carry_out(request, act):
            return done
    known = {each.upload_id: uploads.received_before(each.profile, each.content_digest) for each in waiting}
    rows = [(each, form[f"profile_{each.upload_id}"], known[each.upload_id]) for each in waiting]
    told = {"form": form, "rows": rows, "batch": batch, "unknown": [each for each in waiting if not each.profile]}
    return page(request, "collection/intake/uploads.html", told, status=form.status)


@bound("collection.intake.upload")
@require_POST
def discard_uploads(request: HttpRequest, batch: UUID) -> HttpResponse:
    """預けたファイルを、取り込まずに捨てる。"""
    uploads.discard(batch, staff_number=officer_of(request))
    record("預けたファイルを捨てた")
    return HttpResponseRedirect(reverse("intake"))


@bound("collection.intake.files")
@require_GET
def intake_file(request: HttpRequest, intake_file_id: int) -> HttpResponse:
    """取り込んだファイル一つの結果。行数と金額のつり合い、取り込めなかった行。"""
    file = queries.file_numbered(intake_file_id)
    paging = pager(request, queries.count_rows(file))
    rows = queries.rows_of(intake_file_id, offset=paging.offset, size=paging.size)
    treated = queries.treatments_of(intake_file_id)
    told = {
        "file": file, "pager": paging, "rows": [(row, treated.get(row.line_number)) for row in rows],
        "again": "again" in request.GET, "correctable": row_cells.may_be_corrected(file.profile),
    }  # fmt: skip
    return page(request, "collection/intake/file.html", told)


@bound("collection.intake.rows")
@require_GET
def held_rows(request: HttpRequest) -> HttpResponse:
    """手当てを待つ行。古い順に。"""
    totals = queries.waiting_totals()
    origin = request.GET.get("origin", "")
    origin = origin if origin in Origin.values else ""
    paging = pager(request, totals.kinds.get(origin, 0) if origin else totals.count)
    rows = queries.waiting_rows(origin, as_of=today(), offset=paging.offset, size=paging.size)
    tabs = [("", "すべて", totals.count)] + [
        (value, label, totals.kinds.get(value, 0)) for value, label in Origin.choices
    ]
    return page(
        request,
        "collection/intake/rows.html",
        {"rows": rows, "pager": paging, "totals": totals, "tabs": tabs, "origin": origin},
    )


@bound("collection.intake.rows", POST="collection.intake.treat")
@require_http_methods(["GET", "POST"])
def row_page(request: HttpRequest, origin: str, intake_file_id: int, line_number: int) -> HttpResponse:
    """取り込めなかった行を、項目ごとに見て、直す。確かめてから、登録する。"""
    row = queries.open_row(origin, intake_file_id, line_number)
    shown = row_cells.cells(row.file.profile, row.raw)
    form = RowForm(request.POST or None, row_cells=shown)
    act = Act(as_of=today(), officer=officer_of(request))
    preview: Preview | None = None
    if request.method == "POST" and form.is_valid():
        correction = Correction(origin, intake_file_id, line_number, form.values, form.cleaned_data["reason"])
        if "confirm" in request.POST:

            def carry() -> str:
                correct_row(correction, act=act)
                return reverse("intake_file", args=[intake_file_id])

            if done := form.carry_out(request, carry, said=f"{line_number}行目を直して登録しました。"):
                return done
        else:
            try:
                preview = preview_correction(correction, act=act)
            except Refusal as refusal:
                form.told(refusal)
    record("取り込めなかった行を開いた", detail={"取込番号": intake_file_id, "行": line_number})
    told = {
        "row": row, "cells": shown, "form": form, "preview": preview,
        "correctable": row_cells.may_be_corrected(row.file.profile), "changed": form.changes() if preview else [],
        "may_send_back": origin == Origin.REJECTED,
    }  # fmt: skip
    return page(request, "collection/intake/row.html", told, status=form.status)


@bound("collection.intake.treat")
@require_http_methods(["GET", "POST"])
def send_row_back(request: HttpRequest, origin: str, intake_file_id: int, line_number: int) -> HttpResponse:
    """不受理の行を、送付元に差し戻したと記す。"""
    row = queries.open_row(origin, intake_file_id, line_number)
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            send_back(
                origin, intake_file_id, line_number, reason=form.cleaned_data["reason"], officer=officer_of(request)
            )
            return reverse("intake_file", args=[intake_file_id])

        if done := form.carry_out(request, act, said=f"{line_number}行目を、送付元に差し戻したと記録しました。"):
            return done
    return page(request, "collection/intake/send_back.html", {"row": row, "form": form}, status=form.status)


def _filter(filters: FilterForm) -> FileFilter:
    if not filters.is_bound or not filters.is_valid():
        return FileFilter()
    found = filters.cleaned_data
    return FileFilter(found["day"], found["profile"], found["state"], found["batch"])


intake_urls: list[URLPattern] = [
    path("intake/", intake, name="intake"),
    path("intake/uploads/<uuid:batch>/", intake_uploads, name="intake_uploads"),
    path("intake/uploads/<uuid:batch>/discard/", discard_uploads, name="intake_discard"),
    path("intake/<int:intake_file_id>/", intake_file, name="intake_file"),
    path("held/", held_rows, name="held_rows"),
    path("held/<str:origin>/<int:intake_file_id>/<int:line_number>/", row_page, name="row"),
    path("held/<str:origin>/<int:intake_file_id>/<int:line_number>/back/", send_row_back, name="row_send_back"),
]
