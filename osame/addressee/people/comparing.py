"""事実の食い違い。開いたときの値、ほかの職員の値、自分が打った値を、項目ごとに並べる。"""

from osame.addressee.people.describing import told
from osame.addressee.people.facts import FACTS, Facts
from osame.platform.console.acts import Difference


def differences(before: Facts, theirs: Facts, yours: Facts) -> tuple[Difference, ...]:
    """三つのうち、どれかが違う項目。"""
    found = []
    for name in FACTS:
        values = [getattr(each, name) for each in (before, theirs, yours)]
        if len(set(values)) > 1:
            lines = [told(name, value) for value in values]
            found.append(Difference(lines[0].label, *(each.text for each in lines)))
    return tuple(found)
