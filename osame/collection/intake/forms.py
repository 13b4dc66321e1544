"""取込みと手当ての書式。"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from osame.collection.intake.actions import NotAnOpenReason
from osame.collection.intake.profiles import PROFILES
from osame.formats.one_row import Cell
from osame.kernel.refusals import Refusal
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, plain
from osame.platform.imports.models import IntakeFile
from osame.platform.imports.registry import MAXIMUM_PAYMENT_BYTES, FileTooLarge
from osame.platform.imports.sources import Medium
from osame.platform.imports.uploads import MOST_FILES, EmptyFile, PackedFile, Waiting

PROFILE_CHOICES = [(each.key, each.name) for each in PROFILES.values()]


class ManyFiles(forms.ClearableFileInput):
    """いくつも選べるファイルの欄。"""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """一つ以上、五十以下のファイル。値は、落とされたファイルの並び。"""

    widget = ManyFiles

    def clean(self, data: Any, _initial: Any = None) -> "list[UploadedFile[Any]]":
        """空のファイルは、ここでは断らない（名を添えて断るため）。"""
        chosen = list(data or ())
        if not chosen:
            raise forms.ValidationError("ファイルを落とすか、選んでください。")
        if len(chosen) > MOST_FILES:
            raise forms.ValidationError(f"一度に落とせるのは{MOST_FILES}個までです。分けて落としてください。")
        return chosen


class UploadForm(ActForm):
    """落としたファイル。"""

    dropped = ManyFilesField(
        label="取り込むファイル",
        required=False,
        widget=ManyFiles(attrs={"data-most": MAXIMUM_PAYMENT_BYTES}),
        help_text="一度に50個、合わせて64MiBまで。zip は展開してから落としてください。",
    )

    refusals = {EmptyFile: "dropped", PackedFile: "dropped", FileTooLarge: "dropped"}

    def contents(self) -> list[tuple[str, bytes]]:
        """落とされたファイルの名と中身。"""
        return [(str(each.name), each.read()) for each in self.cleaned_data["dropped"]]


class TakeForm(ActForm):
    """預かったファイルの様式と、媒体と、処理日。様式の欄は、ファイルごとに一つ。"""

    as_of = WarekiDateField(label="処理日", within_years=1)
    medium = forms.ChoiceField(label="媒体", choices=Medium.choices, initial=Medium.LINK)

    def __init__(self, *args: Any, waiting: Iterable[Waiting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = list(waiting)
        for each in self.waiting:
            self.fields[f"profile_{each.upload_id}"] = forms.ChoiceField(
                label=f"{each.file_name} の様式",
                choices=[("", "様式を選んでください"), *PROFILE_CHOICES],
                initial=each.profile,
                error_messages={"required": f"「{each.file_name}」の様式を選んでください。"},
            )

    def chosen(self, upload_id: int) -> str:
        """選ばれた様式。"""
        return str(self.cleaned_data[f"profile_{upload_id}"])


class FilterForm(forms.Form):
    """ファイルの一覧の絞込み。"""

    day = WarekiDateField(label="受付日・処理日", required=False, help_text="")
    profile = forms.ChoiceField(label="様式", required=False, choices=[("", "すべて"), *PROFILE_CHOICES])
    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *IntakeFile.State.choices])
    batch = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RowForm(ActForm):
    """取り込めなかった行の、直せる項目。"""

    reason = ReasonField(label="直す理由")

    refusals = {NotAnOpenReason: "reason"}

    def __init__(self, *args: Any, row_cells: list[Cell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row_cells = [cell for cell in row_cells if not cell.fixed]
        for cell in self.row_cells:
            self.fields[cell.id] = forms.CharField(
                label=cell.name,
                required=False,
                initial=cell.text,
                max_length=max(cell.length, len(cell.text)),
                strip=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields([*(cell.id for cell in self.row_cells), "reason"])

    @property
    def values(self) -> dict[str, str]:
        """項目の識別名と値。全角の数字や空白は読み替えない項目もあるので、直したものだけ整える。"""
        return {
            cell.id: cell.text if (typed := self.cleaned_data[cell.id]) == cell.text else plain(typed)
            for cell in self.row_cells
        }

    def told(self, refusal: Refusal) -> None:
        """断りを、名指された項目のそばで言う。項目が分からなければ、初めに言う。"""
        named = next((cell.id for cell in self.row_cells if refusal.detail.startswith(cell.name)), None)
        known = next((field for kind, field in self.refusals.items() if isinstance(refusal, kind)), None)
        self.add_error(named or known, refusal.detail if named else str(refusal))

    def changes(self) -> list[tuple[str, str, str]]:
        """直した項目。名、届いた値、直した値。"""
        values = self.values
        return [(cell.name, cell.text, values[cell.id]) for cell in self.row_cells if values[cell.id] != cell.text]


class SendBackForm(ActForm):
    """送付元への差戻し。"""

    reason = ReasonField(label="差し戻す理由")
