"""文書の試験は、データベースなしで動く。すべての章の表の定義だけを読む。"""

import tests.systems.conftest  # noqa: F401 - 設定は、ほかの試験と一つ
