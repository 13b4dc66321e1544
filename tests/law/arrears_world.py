"""滞納整理の一つの世界。法に許しを求めながら出来事を進め、別に作った見張りと一歩ごとに比べる。

A world of one charge: every act asks the law first, and a watcher written apart from the law says what was right.
The watcher counts days one by one in plain integers; it shares no code with `osame.law`.
"""

from datetime import date, timedelta

from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetFacts, AssetKind, ChargeFacts, Span, TaxpayerFacts
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, acts_from, blocked_by, transition
from osame.law.prescription import Event, PrescriptionEvent, prescription, prescription_completes_on
from osame.law.rebuilding import halting_stay, opening_stay
from osame.law.release import ReleaseFacts, release_grounds
from osame.law.seizure_conditions import may_collect, may_realize, may_seize
from osame.law.suspension import (
    Suspension,
    SuspensionFacts,
    SuspensionGround,
    extinction,
    may_extinguish_at_once,
    may_suspend,
    must_cancel,
)
from osame.law.write_off import WriteOffFacts, may_write_off

DUE = date(2018, 6, 30)
KIND = PrescriptionEvent


def anniversary(start, years):
    """起算日から数えた年の期間の最後の日。暦をそのまま引く、別の書き方。"""
    day = date.fromordinal(start)
    try:
        return date(day.year + years, day.month, day.day).toordinal() - 1
    except ValueError:  # 2月29日から数え、最後の年に29日がない
        return date(day.year + years, 2, 28).toordinal()


def half_year(on):
    """その日の翌日から6月の最後の日。"""
    return anniversary_of_months(on, 6)


def anniversary_of_months(on, months):
    """その日の翌日から数えた月の期間の最後の日。"""
    start = date.fromordinal(on + 1)
    year, month = (
        (start.year, start.month + months)
        if start.month <= 12 - months
        else (start.year + 1, start.month - 12 + months)
    )
    following = date(year + month // 12, month % 12 + 1, 1).toordinal()
    return min(date(year, month, 1).toordinal() + start.day - 2, following - 1)


class Watcher:
    """法の外で、一日ずつ数える見張り。"""

    def __init__(self, due):
        self.today = due
        self.due = due
        self.start = due + 1
        self.expiry = anniversary(self.start, 5)
        self.hold = due
        self.pending = 0
        self.reminded_until = None
        self.completed = None
        self.demanded = None
        self.grace_until = 0
        self.is_collection = False
        self.suspended = self.three_years = None
        self.bankrupt = False
        self.banned_until = self.halted_until = 0
        self.dead = self.succeeded = False
        self.seized = False
        self.owed = 100_000
        self.gone = None  # the first day on which the obligation no longer exists

    def end_of_day(self):
        """今日を終える。猶予の日は満了日を一日延ばし、満ちたら消滅する。"""
        if self.today <= self.grace_until and self.start <= self.today <= self.expiry:
            self.expiry += 1
        if self.completed is None and not self.pending and self.today >= self.expiry and self.today >= self.hold:
            self.completed = self.today
            self.vanish(self.today + 1)
        if self.suspended is not None and self.today >= self.three_years:
            self.vanish(self.today + 1)
        self.today += 1

    def vanish(self, day):
        if self.gone is None:
            self.gone = day

    @property
    def in_grace(self):
        return self.today <= self.grace_until

    @property
    def is_gone(self):
        return self.gone is not None and self.today >= self.gone

    def renew(self, passed):
        if self.completed is None:
            if passed + 1 > self.start:
                self.start = passed + 1
                self.expiry = anniversary(self.start, 5)
            self.hold = max(self.hold, passed)
            self.reminded_until = None

    def remind(self):
        if self.completed is None and not (self.reminded_until is not None and self.today <= self.reminded_until):
            self.reminded_until = half_year(self.today)
            self.hold = max(self.hold, self.reminded_until)

    def may_seize(self):
        if self.owed <= 0 or self.is_gone or self.suspended is not None or self.in_grace or self.bankrupt:
            return False
        if self.today <= self.banned_until or (self.dead and not self.succeeded):
            return False
        return not self.seized and self.demanded is not None and self.today >= self.demanded + 11


class World:
    """法に許しを求めて進む世界。許しが見張りと違えば、その場で失敗する。"""

    def __init__(self):
        self.day = DUE + timedelta(days=1)
        self.watcher = Watcher(DUE.toordinal())
        self.watcher.end_of_day()
        self.events = []
        self.open = {}  # kind of a lasting event -> its position in events
        self.demand = self.seizure = self.request = ProcedureStage.NONE
        self.obligation = ProcedureStage.OWED
        self.collection, self.realization, self.suspensions = [], [], []
        self.bankruptcies = []
        self.bans, self.halts = [], []
        self.died_on = None
        self.is_heir_addressed = False
        self.demanded_on = None
        self.owed = 100_000
        self.prior_claims = 0
        self.known = self.answer = None

    # -- what the law is told ---------------------------------------------------------------------------------

    def gone(self):
        """法のいう消滅。出来事が変わるまで覚えておく。"""
        known = (tuple(self.events), tuple(self.suspensions))
        if known != self.known:
            lapsed = prescription_completes_on(DUE, self.events)
            self.known, self.answer = known, extinction(self.suspensions, lapsed and lapsed + timedelta(days=1))
        return self.answer

    def facts(self):
        gone = self.gone()
        return ChargeFacts(
            "1期",
            DUE,
            Yen(max(0, self.owed)),
            demand_issued_on=self.demanded_on,
            collection_graces=tuple(self.collection),
            realization_graces=tuple(self.realization),
            suspensions=tuple(
                Span(each.on, each.cancelled_on and each.cancelled_on - timedelta(days=1))
                for each in self.suspensions
                if each.cancelled_on != each.on
            ),
            extinguished_on=gone and gone.on,
            bans=tuple(self.bans),
            halts=tuple(self.halts),
        )

    def asset(self):
        seized = self.seizure in {ProcedureStage.IN_FORCE, ProcedureStage.COLLECTING, ProcedureStage.SOLD}
        return AssetFacts(
            AssetKind.DEPOSIT, Yen(60_000), prior_claims=Yen(self.prior_claims), is_own_seizure_open=seized
        )

    def taxpayer(self):
        return TaxpayerFacts(self.died_on, self.is_heir_addressed, tuple(self.bankruptcies))

    def stages(self):
        def lasting(spans):
            return [ProcedureStage.IN_FORCE] if any(each.covers(self.day) for each in spans) else []

        gone = self.gone()
        obligation = self.obligation
        if obligation is not ProcedureStage.WRITTEN_OFF and gone is not None and gone.on <= self.day:
            obligation = ProcedureStage.EXTINGUISHED
        return {
            Procedure.OBLIGATION: [obligation],
            Procedure.COLLECTION_GRACE: lasting(self.collection),
            Procedure.REALIZATION_GRACE: lasting(self.realization),
            Procedure.SUSPENSION: [ProcedureStage.IN_FORCE] if self.is_suspended() else [],
            Procedure.BANKRUPTCY: lasting(self.bankruptcies),
            Procedure.BAN: lasting(self.bans),
            Procedure.HALT: lasting(self.halts),
        }

    def is_suspended(self):
        return any(each.cancelled_on is None for each in self.suspensions)

    def free(self, procedure, act, stage=None):
        """表が許すか。消滅の後は、片付けのほかに許してはならない。"""
        allowed = not blocked_by(self.stages(), procedure, act)
        if self.watcher.is_gone and act not in {
            ProcedureAct.RELEASE,
            ProcedureAct.CANCEL,
            ProcedureAct.END,
            ProcedureAct.WRITE_OFF,
            ProcedureAct.EXTINGUISH,
        }:
            assert not allowed, (procedure, act)
        return allowed and (stage is None or act in acts_from(procedure, stage))

    def log(self, kind, through=None):
        self.events.append(Event(kind, self.day, through))

    def begin(self, kind):
        self.open[kind] = len(self.events)
        self.log(kind)
        if self.watcher.completed is None:
            self.watcher.pending += 1

    def finish(self, kind, renewing=True):
        at = self.open.pop(kind)
        begun = self.events[at]
        if renewing:
            self.events[at] = Event(kind, begun.on, self.day)
        else:
            self.events[at] = Event(KIND.SEIZURE_CANCELLED, begun.on, self.day)
        if self.watcher.completed is None:
            self.watcher.pending -= 1
            if renewing:
                self.watcher.renew(self.watcher.today)
            else:
                self.watcher.hold = max(self.watcher.hold, half_year(self.watcher.today))

    # -- the acts ---------------------------------------------------------------------------------------------

    def wait(self, days):
        for _ in range(days):
            self.watcher.end_of_day()
        self.day += timedelta(days=days)

    def issue_demand(self):
        allowed = self.free(Procedure.DEMAND, ProcedureAct.ISSUE, self.demand) and self.owed > 0
        watcher = self.watcher
        in_grace = watcher.in_grace and watcher.is_collection
        assert allowed == (watcher.demanded is None and not in_grace and not watcher.is_gone and watcher.owed > 0)
        if allowed:
            self.demand = transition(Procedure.DEMAND, self.demand, ProcedureAct.ISSUE).target
            self.demanded_on = self.day
            watcher.demanded = watcher.today
            watcher.renew(watcher.today + 10)
            self.log(KIND.DEMAND)
        return allowed

    def pay(self, amount):
        allowed = self.free(Procedure.OBLIGATION, ProcedureAct.PAY) and self.owed > 0
        assert allowed == (not self.watcher.is_gone and self.watcher.owed > 0)
        if allowed:
            amount = min(amount, self.owed)
            self.owed -= amount
            self.watcher.owed -= amount
            self.log(KIND.PART_PAYMENT)
            self.watcher.renew(self.watcher.today)
            if self.owed == 0:
                self.obligation = transition(Procedure.OBLIGATION, self.obligation, ProcedureAct.PAY).target
        return allowed

    def correct(self, amount):
        """更正。減額は未納を減らし、増額は完納した期別をもう一度開く。"""
        if self.obligation is ProcedureStage.WRITTEN_OFF or self.stages()[Procedure.OBLIGATION] == [
            ProcedureStage.EXTINGUISHED
        ]:
            assert self.watcher.is_gone
            return False
        assert not self.watcher.is_gone
        before = self.owed
        self.owed = max(0, self.owed + amount)
        self.watcher.owed = max(0, self.watcher.owed + amount)
        if before == 0 < self.owed:
            self.obligation = transition(Procedure.OBLIGATION, self.obligation, ProcedureAct.NOTIFY).target
        elif before > 0 == self.owed:
            self.obligation = transition(Procedure.OBLIGATION, self.obligation, ProcedureAct.PAY).target
        return True

    def pledge(self):
        allowed = self.free(Procedure.PLEDGE, ProcedureAct.APPLY, ProcedureStage.NONE) and self.owed > 0
        assert allowed == (not self.watcher.is_gone and self.watcher.owed > 0)
        if allowed:
            self.log(KIND.ACKNOWLEDGEMENT)
            self.watcher.renew(self.watcher.today)
        return allowed

    def remind(self):
        if self.free(Procedure.PLEDGE, ProcedureAct.RENEW):
            self.log(KIND.REMINDER)
            self.watcher.remind()
            return True
        return False

    def grace(self, days, *, is_collection):
        procedure = Procedure.COLLECTION_GRACE if is_collection else Procedure.REALIZATION_GRACE
        allowed = (
            self.free(procedure, ProcedureAct.GRANT, ProcedureStage.APPLIED)
            and self.owed > 0
            and not self.watcher.in_grace
        )
        if not allowed:
            return False
        assert self.watcher.suspended is None
        assert not self.watcher.is_gone
        through = self.day + timedelta(days=days)
        (self.collection if is_collection else self.realization).append(Span(self.day, through))
        self.log(KIND.ACKNOWLEDGEMENT)
        self.watcher.renew(self.watcher.today)
        self.log(KIND.GRACE, through)
        self.watcher.grace_until, self.watcher.is_collection = through.toordinal(), is_collection
        return True

    def cancel_grace(self):
        """取消しは翌日から効く。"""
        for spans in (self.collection, self.realization):
            if spans and spans[-1].covers(self.day):
                begun = spans[-1]
                spans[-1] = Span(begun.first, self.day)
                at = self.events.index(Event(KIND.GRACE, begun.first, begun.through))
                self.events[at] = Event(KIND.GRACE, begun.first, self.day)
                self.watcher.grace_until = self.watcher.today
                return True
        return False

    def seize(self):
        told = may_seize([self.facts()], self.asset(), self.taxpayer(), as_of=self.day)
        by_table = self.free(Procedure.SEIZURE, ProcedureAct.SEIZE)
        assert by_table or not told.is_allowed, told.steps
        useful = self.prior_claims < 60_000
        assert told.is_allowed == (self.watcher.may_seize() and useful), told.steps
        if told.is_allowed:
            self.seizure = transition(Procedure.SEIZURE, ProcedureStage.NONE, ProcedureAct.SEIZE).target
            self.watcher.seized = True
            self.begin(KIND.SEIZURE)
        return told.is_allowed

    def collect(self):
        """取り立てて配当する。配当の後、差押えは終わる。"""
        if self.seizure is not ProcedureStage.IN_FORCE:
            return False
        told = may_collect([self.facts()], seized_on=self.events[self.open[KIND.SEIZURE]].on, as_of=self.day)
        watcher = self.watcher
        free = watcher.suspended is None and not watcher.is_gone and watcher.today > watcher.halted_until
        assert told.is_allowed == (free and watcher.owed > 0), told.steps
        assert told.is_allowed <= self.free(Procedure.SEIZURE, ProcedureAct.COLLECT, self.seizure)
        if not told.is_allowed:
            return False
        for act in (ProcedureAct.COLLECT, ProcedureAct.DISTRIBUTE, ProcedureAct.END):
            self.seizure = transition(Procedure.SEIZURE, self.seizure, act).target
        self.finish(KIND.SEIZURE)
        self.watcher.seized = False
        self.pay(60_000)
        return True

    def sell(self):
        """売却できるかどうかだけを問う（この世界の財産は預金で、取り立てる）。"""
        seized = self.open.get(KIND.SEIZURE)
        told = may_realize(
            [self.facts()], seized_on=self.events[seized].on if seized is not None else None, as_of=self.day
        )
        watcher = self.watcher
        free = not (watcher.in_grace or watcher.suspended is not None or watcher.is_gone or watcher.owed <= 0)
        free = free and watcher.today > watcher.halted_until
        assert told.is_allowed == (free and seized is not None), told.steps
        assert told.is_allowed <= self.free(Procedure.SEIZURE, ProcedureAct.SELL)
        return told.is_allowed

    def release(self):
        if self.seizure is not ProcedureStage.IN_FORCE:
            return False
        gone = self.gone()
        owed = 0 if gone is not None and gone.on <= self.day else self.owed
        found = release_grounds(ReleaseFacts(Yen(owed), self.asset()), as_of=self.day)
        assert found.is_required == (self.watcher.is_gone or self.watcher.owed <= 0 or self.prior_claims >= 60_000)
        if not found.is_possible or not self.free(Procedure.SEIZURE, ProcedureAct.RELEASE, self.seizure):
            return False
        self.seizure = transition(Procedure.SEIZURE, self.seizure, ProcedureAct.RELEASE).target
        self.watcher.seized = False
        self.finish(KIND.SEIZURE)
        return True

    def cancel_seizure(self):
        if self.seizure is not ProcedureStage.IN_FORCE:
            return False
        self.seizure = transition(Procedure.SEIZURE, self.seizure, ProcedureAct.CANCEL).target
        self.watcher.seized = False
        self.finish(KIND.SEIZURE, renewing=False)
        return True

    def revalue(self, prior_claims):
        self.prior_claims = prior_claims
        return True

    def ask_distribution(self):
        if self.request is ProcedureStage.IN_FORCE:
            self.request = transition(Procedure.DISTRIBUTION_REQUEST, self.request, ProcedureAct.END).target
            self.finish(KIND.DISTRIBUTION_REQUEST)
            return True
        if not self.free(Procedure.DISTRIBUTION_REQUEST, ProcedureAct.APPLY, ProcedureStage.NONE) or self.owed <= 0:
            return False
        self.request = transition(Procedure.DISTRIBUTION_REQUEST, ProcedureStage.NONE, ProcedureAct.APPLY).target
        self.begin(KIND.DISTRIBUTION_REQUEST)
        return True

    def suspend(self, ground):
        poor = ground is SuspensionGround.HARDSHIP
        unknown = ground is SuspensionGround.UNKNOWN
        facts = SuspensionFacts(
            self.day,
            seized_assets=int(self.watcher.seized),
            is_living_endangered=poor,
            is_residence_known=not unknown,
            are_assets_known=not unknown,
        )
        told = may_suspend(self.facts(), ground, facts, as_of=self.day)
        watcher = self.watcher
        expected = watcher.owed > 0 and not watcher.is_gone and not watcher.in_grace and watcher.suspended is None
        if ground is SuspensionGround.NO_ASSETS:
            expected = expected and not watcher.seized
        assert told.is_allowed == expected, told.steps
        assert self.free(Procedure.SUSPENSION, ProcedureAct.DECIDE) or not told.is_allowed
        if told.is_allowed:
            self.suspensions.append(Suspension(ground, self.day))
            watcher.suspended, watcher.three_years = watcher.today, anniversary(watcher.today + 1, 3)
            self.log(KIND.SUSPENSION)
            if poor and watcher.seized:
                self.seizure = transition(Procedure.SEIZURE, self.seizure, ProcedureAct.RELEASE).target
                watcher.seized = False
                self.finish(KIND.SEIZURE)
        return told.is_allowed

    def resume(self):
        """執行停止を取り消す。"""
        if not self.is_suspended() or self.watcher.is_gone:
            return False
        stop = self.suspensions[-1]
        facts = SuspensionFacts(self.day, has_seizable_assets=True)
        assert must_cancel(stop, facts, as_of=self.day).is_allowed == (stop.extinguished_at_once_on is None)
        self.suspensions[-1] = Suspension(stop.ground, stop.on, self.day)
        self.watcher.suspended = None
        return True

    def extinguish(self):
        if not self.is_suspended() or self.watcher.is_gone:
            return False
        stop = self.suspensions[-1]
        told = may_extinguish_at_once(stop, SuspensionFacts(self.day, is_hopeless=True), as_of=self.day)
        assert told.is_allowed == (stop.ground is SuspensionGround.NO_ASSETS)
        if told.is_allowed:
            self.suspensions[-1] = Suspension(stop.ground, stop.on, None, self.day)
            self.watcher.vanish(self.watcher.today)
        return told.is_allowed

    def bankruptcy(self):
        if self.bankruptcies and self.bankruptcies[-1].through is None:
            self.bankruptcies[-1] = Span(self.bankruptcies[-1].first, self.day)
            self.wait(1)
            self.watcher.bankrupt = False
            return True
        self.bankruptcies.append(Span(self.day))
        self.watcher.bankrupt = True
        return True

    def reorganize(self, days):
        """更生手続。命令で止まり、開始で1年禁じられ、認可か終わり（days 日の後）で解ける。"""
        if self.watcher.today <= max(self.watcher.banned_until, self.watcher.halted_until):
            return False
        if days % 3 == 0:
            self.halts.append(halting_stay(self.day).span)
            self.watcher.halted_until = anniversary_of_months(self.watcher.today, 2)
            return True
        through = min(opening_stay(self.day).span.through, self.day + timedelta(days=days))
        self.bans.append(Span(self.day, through))
        self.halts.append(Span(self.day, through))
        ends = min(anniversary(self.watcher.today + 1, 1), self.watcher.today + days)
        self.watcher.banned_until = self.watcher.halted_until = ends
        return True

    def die(self):
        if self.died_on is None:
            self.died_on = self.day
            self.watcher.dead = True
        else:
            self.is_heir_addressed = self.watcher.succeeded = True
        return True

    def search(self):
        if not self.free(Procedure.SEIZURE, ProcedureAct.SEIZE):
            return False
        self.log(KIND.SEARCH)
        self.watcher.renew(self.watcher.today)
        return True

    def write_off(self):
        standing = [kind.value for kind in self.open]
        facts = WriteOffFacts(
            Yen(max(0, self.owed)), self.gone(), tuple(standing), (), self.obligation is ProcedureStage.WRITTEN_OFF
        )
        told = may_write_off(facts, as_of=self.day)
        ready = self.watcher.is_gone and self.watcher.owed > 0 and not standing
        assert told.is_allowed == (ready and self.obligation is not ProcedureStage.WRITTEN_OFF), told.steps
        if told.is_allowed:
            self.obligation = transition(
                Procedure.OBLIGATION, ProcedureStage.EXTINGUISHED, ProcedureAct.WRITE_OFF
            ).target
        return told.is_allowed

    # -- what must always hold ---------------------------------------------------------------------------------

    def check(self):
        """消滅しているかどうかが、いつも見張りと同じである。"""
        gone = self.gone()
        assert (gone is not None and gone.on <= self.day) == self.watcher.is_gone, (gone, self.watcher.gone, self.day)

    def check_prescription(self):
        """満了日が、一日ずつ数えた日と同じである。説明つきの計算とも同じである。"""
        lapsed = prescription_completes_on(DUE, self.events)
        assert prescription(DUE, self.events).completes_on == lapsed
        watcher = self.watcher
        if lapsed is None:
            assert watcher.completed is None
            return
        while watcher.completed is None:
            watcher.end_of_day()
        assert watcher.completed == lapsed.toordinal(), (lapsed, date.fromordinal(watcher.completed), self.events)


ACTS = (
    ("issue_demand", lambda world, rng: world.issue_demand()),
    ("issue_demand", lambda world, rng: world.issue_demand()),
    ("pay", lambda world, rng: world.pay(rng.choice((1_000, 5_000, 30_000, 200_000)))),
    ("correct", lambda world, rng: world.correct(rng.choice((-200_000, -5_000, 20_000, 60_000)))),
    ("pledge", lambda world, rng: world.pledge()),
    ("remind", lambda world, rng: world.remind()),
    ("remind", lambda world, rng: world.remind()),
    ("collection grace", lambda world, rng: world.grace(rng.randrange(0, 365), is_collection=True)),
    ("realization grace", lambda world, rng: world.grace(rng.randrange(0, 365), is_collection=False)),
    ("cancel grace", lambda world, rng: world.cancel_grace()),
    ("seize", lambda world, rng: world.seize()),
    ("seize", lambda world, rng: world.seize()),
    ("seize", lambda world, rng: world.seize()),
    ("collect", lambda world, rng: world.collect()),
    ("sell", lambda world, rng: world.sell()),
    ("release", lambda world, rng: world.release()),
    ("cancel seizure", lambda world, rng: world.cancel_seizure()),
    ("revalue", lambda world, rng: world.revalue(rng.choice((0, 0, 30_000, 60_000)))),
    ("distribution request", lambda world, rng: world.ask_distribution()),
    ("suspend", lambda world, rng: world.suspend(rng.choice(tuple(SuspensionGround)))),
    ("suspend", lambda world, rng: world.suspend(rng.choice(tuple(SuspensionGround)))),
    ("resume", lambda world, rng: world.resume()),
    ("extinguish", lambda world, rng: rng.random() < 0.5 and world.extinguish()),
    ("bankruptcy", lambda world, rng: rng.random() < 0.3 and world.bankruptcy()),
    ("reorganize", lambda world, rng: rng.random() < 0.2 and world.reorganize(rng.randrange(1, 800))),
    ("die", lambda world, rng: rng.random() < 0.2 and world.die()),
    ("search", lambda world, rng: world.search()),
    ("write off", lambda world, rng: world.write_off()),
)
"""乱数で選ぶ行い。"""
