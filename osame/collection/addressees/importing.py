"""宛名ファイルの取込み。新しい異動だけを写し、古い異動で上書きしない。

Import of an addressee file in one transaction. Set-based: the good rows are copied to a temporary table, the newest row
of each addressee is written unless what is stored is newer; bad and outdated rows are kept with a reason.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from osame.collection.addressees import index
from osame.collection.addressees.addressee_csv import PROFILE, AddresseeRow, read_lines
from osame.collection.ledger.posting import claim_command
from osame.formats.reports import LineProblem
from osame.platform.database import fetch_all, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

MAXIMUM_PROBLEMS = 10_000
SHOWN_PROBLEMS = 20

FACTS: tuple[str, ...] = (
    "addressee_number", "kind", "name", "kana", "born_on", "postal_code", "address", "address_detail",
    "corporate_number", "representative_name", "household_number", "mailing_postal_code", "mailing_address",
    "mailing_name", "died_on", "moved_out_on", "protection_measure", "updated_on",
)  # fmt: skip

STAGE = """
CREATE TEMP TABLE staged_addressee (
    LIKE addressee INCLUDING DEFAULTS, line_number integer NOT NULL, raw bytea NOT NULL
) ON COMMIT DROP
"""

# 写しのほうが新しい行は、もう済んだ異動である。
OUTDATED = """
CREATE TEMP TABLE outdated_addressee ON COMMIT DROP AS
SELECT s.line_number, s.raw,
       s.line_number || '行目: 宛名「' || s.addressee_number || '」には、より新しい異動（' || a.updated_on
       || '）が届いています。この行（' || s.updated_on || '）は反映しません。処理は不要です。' AS reason
FROM staged_addressee s JOIN addressee a USING (addressee_number) WHERE s.updated_on < a.updated_on
"""

# 同じ宛名の行が幾つもあれば、異動日の順、同じ日なら行の順に当てた最後のものが残る。
UPSERT = """
INSERT INTO addressee ({facts})
SELECT DISTINCT ON (addressee_number) {facts} FROM staged_addressee s
WHERE NOT EXISTS (SELECT 1 FROM outdated_addressee o WHERE o.line_number = s.line_number)
ORDER BY addressee_number, updated_on DESC, line_number DESC
ON CONFLICT (addressee_number) DO UPDATE SET ({facts}) = ROW ({new})
WHERE (addressee.*) IS DISTINCT FROM (excluded.*)
RETURNING addressee_number
""".format(facts=", ".join(FACTS), new=", ".join(f"excluded.{name}" for name in FACTS))


def import_addressees(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """宛名ファイルを取り込む。

    Take in one addressee file. The same content again changes nothing and answers with the earlier result. The caller
    then tries held determinations again, because they may have been waiting for these addressees.

    要件: F02-01, F02-02, F02-08
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    with transaction.atomic():
        registry.take_turn()
        if earlier := registry.earlier_result(arrival.content_hash):
            return earlier
        rows, problems, refusal = _stage(path)
        if refusal:
            return registry.refuse(arrival, refusal)
        return _apply(arrival, rows, problems, as_of)


def _stage(path: Path) -> tuple[int, list[LineProblem], str]:
    """良い行を一時表に置き、置いた行数・問題の行・全体を断る理由を返す。"""
    problems: list[LineProblem] = []
    refusals: list[str] = []
    rows = 0

    def good_rows(lines: Iterator[AddresseeRow | LineProblem]) -> Iterator[AddresseeRow]:
        for read in lines:
            if isinstance(read, AddresseeRow):
                yield read
            elif read.line_number == 0:
                refusals.append(read.reason)
                return
            elif len(problems) >= MAXIMUM_PROBLEMS:
                refusals.append(
                    f"読めない行が{MAXIMUM_PROBLEMS:,}行を超えたため、ファイル全体を受け付けません。"
                    "様式と文字コード（UTF-8）を確かめてください。"
                )
                return
            else:
                problems.append(read)

    run_sql(STAGE)
    copied = f"COPY staged_addressee ({', '.join(FACTS)}, line_number, raw) FROM STDIN"
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(copied) as copy:
        for row in good_rows(read_lines(file)):
            copy.write_row([getattr(row, name) for name in FACTS] + [row.line_number, row.raw])
            rows += 1
    return rows, problems, refusals[0] if refusals else ""


def _apply(arrival: Arrival, rows: int, problems: list[LineProblem], as_of: date) -> ImportResult:
    """一時表の行を写し、結果を記録する。"""
    file_id = registry.register(arrival, business_on=as_of)
    claim_command(
        f"import:{arrival.content_hash}",
        kind="import_addressees",
        content=[PROFILE],
        purpose="宛名取込",
        officer=arrival.officer,
    )
    run_sql("ANALYZE staged_addressee")
    run_sql(OUTDATED)
    index.refresh(number for (number,) in fetch_all(UPSERT))
    outdated = fetch_all("SELECT line_number, raw, reason FROM outdated_addressee ORDER BY line_number")
    rejected = [(line, bytes(raw), reason) for line, raw, reason in outdated]
    rejected += [(problem.line_number, problem.raw, problem.reason) for problem in problems]
    registry.keep_rejected(file_id, ((line, raw, reason, None) for line, raw, reason in rejected))
    return registry.settle(
        ImportResult(
            file_id,
            arrival.file_name,
            PROFILE,
            rows_in=rows + len(problems),
            rows_posted=rows - len(outdated),
            rows_rejected=len(rejected),
            problems=tuple((line, reason) for line, _, reason in sorted(rejected)[:SHOWN_PROBLEMS]),
        )
    )
