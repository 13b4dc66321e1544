"""法。地方税の徴収の規則を、日付のある値と純粋な関数で書く。

The law of collection: pure functions over dated parameters. Start reading at `rounding.py`.
"""
