"""A template is written by people of the shop; whatever they write, it is a letter or it is refused."""

import pytest

from rules import letter_defaults, letter_sandbox, letter_templates
from rules.letter_facts import ORDER, STOCK
from rules.letter_sandbox import check
from rules.letter_text import let_out
from rules.refusal import Refused


class Nothing:
    """What no fact is asked of."""

    blocks = {}


def fill(source, **facts):
    known = {f"order.{name}": ORDER["order.number"]._replace(read=lambda subject, value=value: value) for name, value in facts.items()}
    return let_out(letter_sandbox.fill(source, known, Nothing()))


def refused(source, known=ORDER):
    with pytest.raises(Refused) as refusal:
        check(source, known)
    return str(refusal.value)


def test_an_unknown_placeholder_is_named_with_the_one_that_comes_nearest():
    assert refused("Dag {{ customer.nam }}") == "{{ customer.nam }} is not known here. Do you mean {{ customer.name }}?"
    assert refused("{{ ordernumber }}") == "{{ ordernumber }} is not known here. Do you mean {{ order.number }}?"
    assert refused("{{ order.number }}", STOCK).startswith("{{ order.number }} is not known here.")


@pytest.mark.parametrize("source", [
    "{% for a in order.number %}{% endfor %}", "{% for a in range(1000000000) %}x{% endfor %}", "{% set a = 1 %}", "{% macro a() %}{% endmacro %}",
    "{% include 'x' %}", "{% import 'x' as y %}", "{{ order.number * 1000000000 }}", "{{ order.number ~ 'x' }}", "{{ order.number() }}", "{{ order['number'] }}",
    "{{ [1] }}", "{{ order.number | upper }}", "{{ 10 ** 10 ** 10 }}", "{% raw %}{% endraw %}{% block a %}{% endblock %}", "{% if 1 is defined %}{% endif %}",
    "{{ ''.__class__.__mro__ }}", "{{ order.__class__ }}", "{{ order.number.__class__ }}", "{{ config }}", "{{ self }}", "{{ order }}", "{{ order._subject }}",
    "{{ lipsum }}", "{{ cycler }}", "{% with %}{% endwith %}", "{% filter upper %}{% endfilter %}", "{% call x() %}{% endcall %}",
])
def test_no_other_code_gets_in(source):
    assert refused(source)


def test_a_place_that_cannot_be_read_is_named_by_its_line():
    assert refused("Dag\n\n{{ order.number").startswith("Line 3 cannot be read")
    assert refused("{% if order.number %}").startswith("Line 1 cannot be read")


@pytest.mark.parametrize("source", ["{% if order.number %}" * 800 + "{% endif %}" * 800, "{{ " + "(" * 4000 + "order.number" + ")" * 4000 + " }}",
                                    "{{ " + "not " * 3000 + "order.number }}"])
def test_what_would_take_long_is_refused(source):
    assert refused(source)


def test_what_becomes_long_may_come_once():
    check("{{ order.lines }} {{ order.totals }}{% if order.lines and order.totals %}x{% endif %}", ORDER)
    assert refused("{{ order.lines }}{{ order.lines }}") == "{{ order.lines }} may come once."


def test_the_letters_that_come_with_the_desk_are_letters():
    for key, texts in letter_defaults.ALL.items():
        for text in texts.values():
            letter_templates.clean(key, text._asdict())


def test_a_letter_that_becomes_too_long_is_refused():
    with pytest.raises(Refused, match="too long"):
        fill("{{ order.x }}" * 500, x="y" * 500)


def test_conditions_ask_whether_there_is_something():
    source = "{% if order.a and not order.b %}\nja\n{% elif order.b == 'x' %}\nx\n{% else %}\nnee\n{% endif %}"
    assert (fill(source, a="1", b=""), fill(source, a="1", b="x"), fill(source, a="", b="y")) == ("ja\n", "x\n", "nee\n")


def test_what_stands_behind_a_placeholder_is_no_template():
    assert fill("{{ order.a }}", a="{{ order.b }} {% for %}") == "{{ order.b }} {% for %}"


def test_a_fact_is_read_only_when_it_is_asked_for():
    asked = []
    known = {name: each._replace(read=lambda subject, name=name: asked.append(name) or "x") for name, each in ORDER.items()}
    letter_sandbox.fill("{{ order.number }}{{ order.number }}{% if order.due %}{{ order.due }}{% endif %}", known, Nothing())
    assert asked == ["order.number", "order.due"]
