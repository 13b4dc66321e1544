"""名の読み替え。会社の種類を省いても、旧氏に名を続けても探せるように、索引に置く名を増やす。"""

CORPORATE_FORMS = (
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "(株)", "(有)", "(同)", "(資)", "(名)",
    "カブシキガイシャ", "ユウゲンガイシャ", "ゴウドウガイシャ", "ゴウシガイシャ", "ゴウメイガイシャ",
)  # fmt: skip


def with_surname(former: str, whole: str) -> str:
    """旧氏に、いまの名を続ける。氏と名が空白で分かれていなければ旧氏だけ。

    >>> with_surname("斎藤", "渡邉　幸子"), with_surname("斎藤", "渡邉幸子")
    ('斎藤 幸子', '斎藤')
    """
    given = whole.replace("　", " ").split(" ", 1)[1:]
    return " ".join([former, *given])


def without_form(name: str) -> str:
    """会社の種類を省いた名。なければ、そのまま。

    >>> without_form("青波水産株式会社"), without_form("佐藤　花子")
    ('青波水産', '佐藤　花子')
    """
    for form in CORPORATE_FORMS:
        if name.startswith(form) or name.endswith(form):
            return name.removeprefix(form).removesuffix(form).strip()
    return name
