"""期別の呼び名。画面でも紙でも、税目と年度と期の名で呼び、番号は添えるだけにする。"""

from osame.collection.parameters.overview import year_name

# 期別の行（c）から、税目の名・年度・期の名・通知書番号を、一つの文字にして読む。
TERM = """concat_ws(chr(9),
    coalesce((SELECT i.name FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
              ORDER BY i.valid_from DESC LIMIT 1), c.tax_item), c.levy_year,
    coalesce((SELECT n.name FROM installment_term n WHERE n.levy_year = c.levy_year AND n.tax_item = c.tax_item
              AND n.installment_term = c.installment_term), c.installment_term || '期'), c.notice_number)"""


def term_name(told: str) -> str:
    r"""期別の呼び名。

    >>> term_name("固定資産税\t2025\t1期\t1234567890")
    '固定資産税 令和7年度 1期（通知書1234567890）'
    """
    tax, year, term, notice = told.split("\t")
    return f"{tax} {year_name(int(year))} {term}（通知書{notice}）"
