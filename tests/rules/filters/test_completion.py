"""While somebody types: names of fields, values of the one being typed; wherever the cursor stands, what is around it stays."""

import pytest

from models import Label
from rules.filters.completion import complete
from rules.shop import current, touch


def taken(typed, shop, language="nl"):
    """What the box becomes with the first suggestion, its cursor shown as | as in what was typed."""
    before, after = typed.split("|")
    first = complete(before + after, len(before), shop, language)[0]
    return f"{first.text[:first.cursor]}|{first.text[first.cursor:]}"


@pytest.mark.parametrize("typed, becomes", [
    ("stat|", "status:|"), ("-stat|", "-status:|"), ("jansen stat|", "jansen status:|"), ("stat| jansen", "status:| jansen"),
    ("sta|tus:open", "status:|open"), ("sta|rt", "status:|rt"),
    ("status:volt|", "status:Voltooid |"), ("status:volt| jan", "status:Voltooid |jan"), ("status:volt|ooid jan", "status:Voltooid |jan"),
    ("status:vol|d", "status:Voltooid |"), ("-status:|", '-status:Concept |'), ("status:open,volt|", "status:open,Voltooid |"),
    ("status:volt|,open", "status:Voltooid|,open"), ('label:"hoge|', 'label:"Hoge prioriteit" |'),
    ('label:"Hoge pri|oriteit" thee', 'label:"Hoge prioriteit" |thee'), ("jan label:hoge| totaal:>5", 'jan label:"Hoge prioriteit" |totaal:>5'),
    ("totaal:>1|", "totaal:>100 |"), ('datum:"vori| thee', 'datum:"vorige week" |thee'), ("datum:vor|", 'datum:"vorige week" |'),
])
def test_what_the_box_becomes(shop, typed, becomes):
    assert taken(typed, shop) == becomes


def test_english_names_and_values(shop):
    assert taken("stat|", shop, "en") == "status:|"
    assert taken("payment:unp|", shop, "en") == 'payment:"Not paid" |'
    assert [each.title for each in complete("date:y", 6, shop, "en")] == ["yesterday"]


def test_a_value_with_a_comma_is_completed_too(shop):
    Label.create(name="Breekbaar, zwaar", tone="red", scope="order")
    touch()
    assert taken('label:"breekbaar, z|', current()) == 'label:"Breekbaar, zwaar" |'
    assert taken('label:cadeau,"breekbaar, z|', current()) == 'label:cadeau,"Breekbaar, zwaar" |'


@pytest.mark.parametrize("typed", ["", " ", "kleur:ro", "zzz", ":", "((((", '"', "naam:jan", "status:zzz"])
def test_where_nothing_follows_nothing_is_offered(shop, typed):
    assert complete(typed, len(typed), shop, "nl") == []


@pytest.mark.parametrize("typed", ['"' * 400, ("a:" * 400)[:999], "status:" + "x," * 400, "\0" * 900, "status:" + '"' * 500])
def test_nonsense_is_answered_at_once(shop, typed):
    for cursor in (0, 1, len(typed) // 2, len(typed), len(typed) + 9):
        complete(typed, cursor, shop, "nl")
