"""地方税法第331条・第15条の2の3・第15条の7・第18条: 出来事のどんな並びでも、許されない処分はできない。

まとめて試す件数は環境変数 OSAME_LAW_STEPS（既定は小さい）。1,000,000歩は数分で終わる。
"""

import os
import random
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from osame.law.suspension import SuspensionGround
from tests.law.arrears_world import ACTS, World

STEPS = int(os.environ.get("OSAME_LAW_STEPS", "20000"))
SEED = int(os.environ.get("OSAME_LAW_SEED", "20260401"))
WAITS = (0, 0, 1, 5, 10, 11, 30, 90, 200, 600)


def walk(rng, done, trail):
    world = World()
    for _ in range(rng.randrange(5, 60)):
        world.wait(rng.choice(WAITS))
        name, act = rng.choice(ACTS)
        trail.append((world.day.isoformat(), name))
        done[name] += bool(act(world, rng))
        world.check()
    world.check_prescription()


def test_no_order_of_events_lets_a_forbidden_act_through():
    rng, done, steps = random.Random(SEED), Counter(), 0
    while steps < STEPS:
        trail = []
        try:
            walk(rng, done, trail)
        except AssertionError as fault:
            raise AssertionError(trail[-20:]) from fault
        steps += len(trail)
    rare = {name: done[name] for name, _ in ACTS if done[name] * 20_000 < STEPS * 3}
    assert rare == {}, done


class Arrears(RuleBasedStateMachine):
    """一つの世界に、hypothesis が選ぶ行いを重ねる。失敗すれば最も短い並びを示す。"""

    def __init__(self):
        super().__init__()
        self.world = World()

    @rule(days=st.sampled_from(WAITS))
    def wait(self, days):
        self.world.wait(days)

    @rule()
    def issue_demand(self):
        self.world.issue_demand()

    @rule(amount=st.sampled_from([1_000, 30_000, 200_000]))
    def pay(self, amount):
        self.world.pay(amount)

    @rule(amount=st.sampled_from([-200_000, -5_000, 60_000]))
    def correct(self, amount):
        self.world.correct(amount)

    @rule()
    def pledge(self):
        self.world.pledge()

    @rule()
    def remind(self):
        self.world.remind()

    @rule(days=st.integers(0, 365), is_collection=st.booleans())
    def grace(self, days, is_collection):
        self.world.grace(days, is_collection=is_collection)

    @rule()
    def cancel_grace(self):
        self.world.cancel_grace()

    @rule(prior_claims=st.sampled_from([0, 60_000]))
    def seize(self, prior_claims):
        self.world.revalue(prior_claims)
        self.world.seize()

    @rule(how=st.sampled_from(["collect", "sell", "release", "cancel_seizure"]))
    def end_seizure(self, how):
        getattr(self.world, how)()

    @rule()
    def ask_distribution(self):
        self.world.ask_distribution()

    @rule(ground=st.sampled_from(SuspensionGround))
    def suspend(self, ground):
        self.world.suspend(ground)

    @rule(at_once=st.booleans())
    def end_suspension(self, at_once):
        if at_once:
            self.world.extinguish()
        else:
            self.world.resume()

    @rule()
    def bankruptcy(self):
        self.world.bankruptcy()

    @rule(days=st.integers(1, 800))
    def reorganize(self, days):
        self.world.reorganize(days)

    @rule()
    def die(self):
        self.world.die()

    @rule()
    def write_off(self):
        self.world.write_off()

    @invariant()
    def obligation_is_gone_exactly_when_the_watcher_says(self):
        self.world.check()

    def teardown(self):
        self.world.check_prescription()


Arrears.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
test_arrears_machine = Arrears.TestCase
