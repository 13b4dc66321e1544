"""表ごとの権限。アプリケーションの役割が、その表に何をしてよいか。

A model states its rights as a class attribute (`rights = APPEND_ONLY`); `database.prepare()` grants exactly that to the
system's own role. A table that says nothing may be read and written.
"""

WRITE = "SELECT, INSERT, UPDATE, DELETE"
KEPT = "SELECT, INSERT, UPDATE"  # 消さない
APPEND_ONLY = "SELECT, INSERT"
READ_ONLY = "SELECT"  # 書くのは扉（SECURITY DEFINER の関数）だけ
NONE = ""
