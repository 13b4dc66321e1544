"""本人の請求と漏えい等事故の断り。"""

from osame.kernel.refusals import Refusal


class UnknownRequest(Refusal):
    """その開示等請求はありません。番号を確かめてください。"""


class NotAtThatStage(Refusal):
    """この開示等請求は、その段階にありません。いまの段階を確かめてください。"""


class NothingHeld(Refusal):
    """この番号の人の情報は、このシステムにありません。番号と番号の種類を確かめてください。"""


class AgentNeedsAuthority(Refusal):
    """代理人の請求には、代理権を証する書類（戸籍、委任状など）が要ります。書類を確かめて、入力してください。"""


class RequestSaysNothing(Refusal):
    """請求する者の氏名と、請求の内容が要ります。請求書のとおりに入力してください。"""


class AskedTooLate(Refusal):
    """訂正・利用停止は、開示を受けた日から90日以内に請求するものです。開示の日を確かめ、必要なら開示請求から案内してください。"""


class ReceivedInTheFuture(Refusal):
    """請求のあった日が、今日より後です。日付を確かめてください。"""


class AlreadyExtended(Refusal):
    """期限は、一度だけ延ばせます。既に延ばしています。決定をしてください。"""


class TooLateToExtend(Refusal):
    """期限を過ぎてから延ばすことはできません。ただちに決定をしてください。"""


class ReasonMissing(Refusal):
    """理由がありません。根拠の条項とともに、理由を入力してください。"""


class ItemUnknown(Refusal):
    """その項目は、抽出した中にありません。抽出し直すか、項目を確かめてください。"""


class ColumnUnknown(Refusal):
    """その列はないか、職員が開ける列ではありません（封印した値、ほかの人の番号は開けません）。列の名を確かめてください。"""


class PlaceOfProtectedPerson(Refusal):
    """本人は支援措置の対象者です。代理人には、居場所の分かる列を開けません。本人からの請求を案内してください。"""


class OutcomeDisagrees(Refusal):
    """決定と項目の見分けが合いません。開示しない項目や伏せた値があれば「一部に応じる」、なければ「全部に応じる」を選んでください。"""


class ChangedSinceGathering(Refusal):
    """抽出の後に、新しい項目が加わりました。もう一度抽出し、加わった項目を見分けて、起案してください。"""


class OnlyDecidedIsPrinted(Refusal):
    """決定のあった請求だけを、印刷できます。起案の決裁を確かめてください。"""


class MeasureDoesNotFit(Refusal):
    """この請求に応じて行うことではありません。請求の種類と、行ったことを確かめてください。"""


class NotDecidedSo(Refusal):
    """この開示等の決定の起案が、決裁されていません。起案を確かめてください。"""


class UnknownIncident(Refusal):
    """その漏えい等事故はありません。番号を確かめてください。"""


class IncidentSaysNothing(Refusal):
    """漏えい等事故の概要が要ります。何が起きたかを入力してください。"""


class ScopeTooWide(Refusal):
    """範囲の条件がありません。期間と、職員・端末・出力番号・渡した相手・対象の人の一つ以上を入力してください。"""


class UnknownOutput(Refusal):
    """範囲に書かれた出力番号の記録がありません。番号を確かめてください。"""


class WrongOrderOfDates(Refusal):
    """日付の前後が合いません。知った日より前や、今日より後の日は入れられません。"""


class IncidentStageWrong(Refusal):
    """漏えい等事故は、検知・封じ込め・確報・再発防止の順に進めます。いまの段階を確かめてください。"""


class ReportIncomplete(Refusal):
    """確報には、原因と再発防止のための措置が要ります。報告の項目を埋めてください。"""


class NotTrained(Refusal):
    """この職員は、この一年に安全管理の研修を受けていません。研修か、資料による説明を受けたことを登録してから、行ってください。"""


class TrainingInTheFuture(Refusal):
    """受講日が、今日より後です。日付を確かめてください。"""


class AlreadyRecorded(Refusal):
    """その職員の、その日の同じ研修は、既に登録しています。日付と種類を確かめてください。"""


class OwnTraining(Refusal):
    """自分の研修の受講は、自分では登録できません。ほかの職員に依頼してください。"""


class UnknownInspection(Refusal):
    """その点検はありません。番号を確かめてください。"""


class InspectionIncomplete(Refusal):
    """確かめたこと、所属、改めることがあるならその中身が要ります。点検表のとおりに入力してください。"""


class NothingToImprove(Refusal):
    """改めることのない点検か、既に改めた点検です。点検の番号を確かめてください。"""


class UnknownMedium(Refusal):
    """その媒体番号の媒体はありません。番号を確かめてください。"""


class MediumStageWrong(Refusal):
    """媒体は、作成・授受・受領・廃棄の順に進めます。いまの段階を確かめてください。"""


class MediumNumberTaken(Refusal):
    """その媒体番号は、既に使っています。別の番号を付けてください。"""


class NoSubjectColumn(Refusal):
    """提供データの一列目が「宛名番号」ではないか、行がありません。提供データの様式を確かめてください。"""


class KeyTravelsWithMedium(Refusal):
    """媒体と同じ所に、鍵があります。秘密鍵は提供先だけが持つものです。公開鍵のファイルだけを指定してください。"""


class DestructionUnproved(Refusal):
    """廃棄には、方法、立会い、証明の番号が要ります。立会いは、渡した職員と別の人にしてください。"""


class NoRetentionTerm(Refusal):
    """この記録の種類の保存年限が定められていません。retention.toml に行を足してください。"""


class NothingDue(Refusal):
    """年限が来て、消去を止めていないものは、ありません。一覧を確かめてください。"""


class ErasingInTheFuture(Refusal):
    """今日より先の日では消せません。基準日を確かめてください。"""


class ErasureHeld(Refusal):
    """消去を止めている種類が含まれています。止めた理由を確かめ、起案からやり直してください。"""


class DueChanged(Refusal):
    """消せるものが、決裁の時と違います。何も消していません。起案からやり直してください。"""


class UnknownKind(Refusal):
    """その記録の種類は、このシステムにありません。種類を確かめてください。"""


class AlreadyHeld(Refusal):
    """その種類の消去は、既に止めています。一覧を確かめてください。"""


class NotHeld(Refusal):
    """その種類の消去は、止めていません。一覧を確かめてください。"""


class ReleasedBySamePerson(Refusal):
    """消去を止めた職員は、みずから解けません。別の職員に依頼してください。"""
