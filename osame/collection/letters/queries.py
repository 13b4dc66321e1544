"""文書の束と一通の照会。どこまで進み、数がどう合い、何が残っているか。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.letters.actions import LetterRunNotFound
from osame.collection.letters.folders import is_there, run_folder
from osame.collection.letters.kinds import kind_of
from osame.collection.letters.models import Letter
from osame.platform.database import fetch_all, fetch_one

STAGES = ("作成", "印刷", "数の突合せ", "差出し")
RUNS = """
SELECT run_id, form, issued_on, document_number, officer, requested, generated, held, apart, pulled, printed, enclosed,
       dispatched_on
FROM letter_run
"""
LETTERS = """
SELECT s.run_id, s.letter_number, s.addressee_number, s.to_name || ' ' || s.honorific, s.subject, s.pages, s.state, s.reason,
       s.protected, u.form, u.issued_on
FROM letter s JOIN letter_run u USING (run_id)
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """束の一行。"""

    run_id: int
    form: str
    issued_on: date
    document_number: str
    officer: str
    requested: int
    generated: int
    held: int
    apart: int
    pulled: int
    printed: int | None
    enclosed: int | None
    dispatched_on: date | None

    @property
    def name(self) -> str:
        """文書の種類の名。"""
        return kind_of(self.form).name

    @property
    def has_files(self) -> bool:
        """印刷データが、渡したままあるか。"""
        return is_there(run_folder(self.run_id))

    @property
    def to_enclose(self) -> int:
        """封入する通数。"""
        return self.generated - self.pulled

    @property
    def stage(self) -> int:
        """いまいる段階。"""
        if self.dispatched_on or self.enclosed is not None:
            return 3
        return 2 if self.generated else 1

    @property
    def stages(self) -> tuple[tuple[str, bool], ...]:
        """段階の名と、いまそこにいるか。"""
        return tuple((name, place == self.stage) for place, name in enumerate(STAGES))

    @property
    def state(self) -> str:
        """状態を一言で。"""
        if self.dispatched_on:
            return "差出済"
        told = ("", "作成済・印刷前", "印刷済・数える前", "差出し前")
        return "手作業だけ" if self.held == self.requested else told[self.stage]


@dataclass(frozen=True, slots=True)
class LetterLine:
    """一通の一行。"""

    run_id: int
    letter_number: int
    addressee_number: str
    to: str
    subject: str
    pages: int
    state: str
    reason: str
    protected: bool
    form: str
    issued_on: date

    @property
    def name(self) -> str:
        """文書の名。"""
        return kind_of(self.form).name

    @property
    def state_name(self) -> str:
        """状態の名。"""
        return str(Letter.State(self.state).label)

    @property
    def can_be_seen(self) -> bool:
        """見本の絵を見せてよいか。"""
        return self.state in {"1", "2"} and not self.protected


def run_count(form: str = "") -> int:
    """束の数。"""
    return int(fetch_one("SELECT count(*) FROM letter_run WHERE %(form)s IN ('', form)", {"form": form})[0])


def runs(*, limit: int, offset: int = 0, form: str = "") -> tuple[RunLine, ...]:
    """束。新しいものから。"""
    rows = fetch_all(
        f"{RUNS} WHERE %(form)s IN ('', form) ORDER BY run_id DESC LIMIT %(limit)s OFFSET %(offset)s",
        {"form": form, "limit": limit, "offset": offset},
    )
    return tuple(RunLine(*row) for row in rows)


def one_run(run_id: int) -> RunLine:
    """一つの束。なければ断る。"""
    rows = fetch_all(f"{RUNS} WHERE run_id = %s", [run_id])
    if not rows:
        raise LetterRunNotFound(f"束 {run_id}")
    return RunLine(*rows[0])


def letters_in(run_id: int, *, limit: int, offset: int = 0, kept_back: bool = False) -> tuple[LetterLine, ...]:
    """束の文書。発付番号の順に。 kept_back: 手作業・引抜き・確認待ちだけ。"""
    rows = fetch_all(
        f"{LETTERS} WHERE s.run_id = %(run)s AND (NOT %(kept)s OR s.state IN ('3', '4', '9')) "
        "ORDER BY s.letter_number LIMIT %(limit)s OFFSET %(offset)s",
        {"run": run_id, "kept": kept_back, "limit": limit, "offset": offset},
    )
    return tuple(LetterLine(*row) for row in rows)


def letters_about(subject: str) -> tuple[LetterLine, ...]:
    """その対象についての文書。新しいものから。"""
    rows = fetch_all(f"{LETTERS} WHERE s.subject = %s ORDER BY s.run_id DESC, s.letter_number", [subject])
    return tuple(LetterLine(*row) for row in rows)
