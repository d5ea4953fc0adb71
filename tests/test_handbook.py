"""The catalogue of the rules, what a rule knows of itself, and how an organisation tunes it."""

import pytest

from rules.catalogue import rule
from rules.findings import Severity
from rules.handbook import RULES, by_code, examples
from rules.tuning import RuleTuning, Tuning, profiles


@rule("X101", on="actions", severity=Severity.ERROR, columns=("due",), cites="000 §一")
def early_enough(actions, book, *, days=3):
    """The due date is early enough.

    Why: later is too late.
    """
    return actions.due.lt(book.today + days)


@rule("X102", on="actions", severity=Severity.ERROR, columns=("due",), cites="", needs=(), closed=True)
def undocumented(actions, book):
    return actions.none()


def test_a_rule_is_made_of_a_function():
    assert (early_enough.name, early_enough.parameters) == ("early_enough", {"days": 3})
    assert early_enough.documentation == "The due date is early enough.\n\nWhy: later is too late."
    assert undocumented.documentation == ""
    assert (early_enough.needs, undocumented.needs) == (("due",), ())
    assert not any((early_enough.breaks, early_enough.closed, early_enough.recent, early_enough.ahead))
    assert early_enough.waivable
    assert undocumented.closed


def test_rules_stand_in_the_order_of_their_codes():
    codes = [each.code for each in RULES]

    assert codes == sorted(set(codes))
    assert by_code("a101") is by_code("A101") is RULES[0]
    with pytest.raises(KeyError):
        by_code("X101")


def test_every_rule_has_examples():
    assert {each.code for each in RULES} | {"today"} == set(examples())


def test_a_rule_may_be_off_or_less_severe():
    a101, a116 = by_code("A101"), by_code("A116")
    tuning = Tuning(rules={"A101": RuleTuning(off=True), "A116": RuleTuning(severity=Severity.ADVICE)})

    assert (tuning.is_on(a101), tuning.is_on(a116)) == (False, True)
    assert (tuning.severity(a101), tuning.severity(a116)) == (Severity.ERROR, Severity.ADVICE)
    assert Tuning().is_on(a101)
    assert Tuning().severity(a116) is Severity.WARNING


def test_an_organisations_word_goes_before_its_profile():
    m105 = by_code("M105")
    own = {"M105": RuleTuning(parameters={"hours": 6})}

    assert Tuning().parameters(m105) == m105.parameters
    assert Tuning("002").parameters(m105) == {**m105.parameters, **profiles()["002"]["M105"]}
    assert Tuning("002", own).parameters(m105)["hours"] == 6
    assert set(profiles()) == {"default", "000", "001", "002", "003"}
