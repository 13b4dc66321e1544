"""読み方の設定。条文が二通りに読めるところを、設定として一か所に集める。

The open readings of the law, each a setting with the default that we take and why.
"""

from enum import Enum


class BelowMinimum(Enum):
    """一部納付の後、残りの税額が下限（2,000円）を下回ったときの読み方。

    What happens when a part payment leaves less than the minimum base.

    STOP は残りの区分を計算しない。CONTINUE は1,000円未満を切り捨てて計算を続ける。

    根拠: 地方税法第20条の4の2第2項
    解釈: 条文は区分ごとの「計算の基礎となる税額」の全額が2,000円未満であれば切り捨てると読めるため STOP を既定とする。
        続けて計算するとした団体の頁もあるので CONTINUE を選べる。
    """

    STOP = "stop"
    CONTINUE = "continue"


class StatutoryDueDate(Enum):
    """時効の起算に使う法定納期限の読み方。

    Which due date starts prescription when a tax is paid in instalments.

    根拠: 地方税法第11条の4第1項、地方税法第18条第1項
    解釈: 定義は第1期の納期限と読めるが、実務の多くは各期の納期限による。督促をしていれば結果は変わらない。
    """

    EACH_INSTALMENT = "each"
    FIRST_INSTALMENT = "first"


class ResidualOrder(Enum):
    """納付を複数の期別に割り振るときの進み方。

    Whether a payment settles charge by charge, or every principal first and then every delinquency charge.

    根拠: 地方税法第14条の5第1項、地方税法第20条の9の4
    解釈: 任意の納付は期別ごと（CHARGE_FIRST）、滞納処分の配当は本税を先（COMPONENT_FIRST）を既定とする。
    """

    CHARGE_FIRST = "charge_first"
    COMPONENT_FIRST = "component_first"
