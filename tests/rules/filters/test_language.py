"""What people type is read, and written back as it was meant; nothing that is typed is an error."""

import pytest
from hypothesis import given, settings, strategies as st

from rules.filters import fields
from rules.filters.language import LONGEST, MOST_TERMS, Query, Term, Value, parse, written


def of(field, *values, negated=False):
    return Term(field, tuple(value if isinstance(value, Value) else Value(value) for value in values), negated)


@pytest.mark.parametrize("text, terms", [
    ("jansen",                             [of("", "jansen")]),
    ('"earl grey" -"los 100"',             [of("", "earl grey"), of("", "los 100", negated=True)]),
    ("status:verzonden,klaar",             [of("status", "verzonden", "klaar")]),
    ('label:"Hoge prioriteit",Cadeau',     [of("label", "Hoge prioriteit", "Cadeau")]),
    ('label:"a,b"',                        [of("label", "a,b")]),
    ("-betaald:ja",                        [of("payment", "ja", negated=True)]),
    ("totaal:>100",                        [of("total", Value("100", ">"))]),
    ("totaal:>=49,95",                     [of("total", Value("49,95", ">="))]),
    ("totaal:49,95",                       [of("total", "49,95")]),
    ("totaal:49,95,10",                    [of("total", "49,95", "10")]),
    ('totaal:"10","20"',                   [of("total", "10", "20")]),
    ("totaal:100..250",                    [of("total", Value("100", "..", "250"))]),
    ("totaal:..250",                       [of("total", Value("", "..", "250"))]),
    ("totaal:10,50..",                     [of("total", Value("10,50", "..", ""))]),
    ("datum:2026-10-01..vandaag",          [of("created", Value("2026-10-01", "..", "vandaag"))]),
    ('datum:"vorige week"..vandaag',       [of("created", Value("vorige week", "..", "vandaag"))]),
    ("created:<2026 total:5",              [of("created", Value("2026", "<")), of("total", "5")]),
    ("KLANT:jan klant:jan",                [of("customer", "jan")]),
    ("e-mail:jan@example.nl",              [of("email", "jan@example.nl")]),
    ("telefoon:+316-12 06-34",             [of("phone", "+316-12"), of("", "06-34")]),
])
def test_text_is_read(text, terms):
    assert list(parse(text).terms) == terms
    assert not parse(text).notices


@pytest.mark.parametrize("text, said, left", [
    ("kleur:rood jan",      "There is no field 'kleur'.",           "jan"),
    ("status: jan",         "'status:' is without a value.",        "jan"),
    ('status:"" jan',       "'status:' is without a value.",        "jan"),
    ("status:,,, jan",      "'status:' is without a value.",        "jan"),
    ("totaal:> jan",        "'totaal:' is without a value.",        "jan"),
    ('"" jan',              "'\"\"' says nothing to look for.",     "jan"),
    ("http://x.nl jan",     "There is no field 'http'.",            "jan"),
])
def test_what_is_not_understood_is_named_and_left_out(text, said, left):
    query = parse(text)
    assert [str(notice) for notice in query.notices] == [said]
    assert written(query) == left


def test_a_very_long_text_is_cut_at_a_word():
    query = parse("jan " * 20_000)
    assert [str(notice) for notice in query.notices] == [f"Only the first {LONGEST} characters were used."]
    assert query.terms == (of("", "jan"),)


def test_there_is_an_end_to_conditions():
    query = parse(" ".join(f"w{number}" for number in range(60)))
    assert len(query.terms) == MOST_TERMS and len(query.notices) == 1


@pytest.mark.parametrize("language, text", [("nl", "totaal:>100 -klant:jan datum:7d"), ("en", "total:>100 -customer:jan date:7d")])
def test_fields_are_written_in_the_readers_language(language, text):
    assert written(parse("total:>100 -klant:jan datum:7d"), language) == text


def test_a_query_is_changed_term_by_term():
    query = parse("jan status:klaar")
    assert written(query.without(of("", "jan"))) == "status:klaar"
    assert written(query.plus(of("label", "Cadeau"))) == "jan status:klaar label:Cadeau"
    assert query.plus(of("", "jan")).terms == (of("status", "klaar"), of("", "jan"))
    assert query.words == ("jan",)


TEXTS = st.text(st.characters(exclude_characters='"', exclude_categories=("C", "Z")), min_size=1, max_size=12)
WORDS = st.lists(TEXTS, min_size=1, max_size=3).map(" ".join)


@st.composite
def terms(draw):
    field = draw(st.sampled_from(["", *fields.FIELDS]))
    if not field:
        return Term("", (Value(draw(WORDS)),), draw(st.booleans()))
    ordered = st.one_of(
        WORDS.map(Value), st.decimals(0, 999, places=2).map(lambda each: Value(str(each).replace(".", ","))),
        st.tuples(st.integers(0, 99).map(str), st.sampled_from((">", ">=", "<", "<="))).map(lambda both: Value(*both)),
        st.tuples(st.integers(0, 99).map(str), st.sampled_from(("", "7", "vorige week", "1,5"))).map(lambda both: Value(both[0], "..", both[1])),
    )
    values = draw(st.lists(ordered if fields.FIELDS[field].is_ordered else WORDS.map(Value), min_size=1, max_size=3, unique=True))
    return Term(field, tuple(values), draw(st.booleans()))


@pytest.mark.thorough
@given(st.lists(terms(), max_size=4, unique=True), st.sampled_from(("nl", "en")))
@settings(max_examples=600, deadline=None)
def test_what_is_written_is_read_as_the_same(wanted, language):
    query = Query(tuple(wanted))
    assert parse(written(query, language)) == query


@given(st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_no_text_is_an_error_and_reading_it_again_changes_nothing(text):
    query = parse(text)
    assert parse(written(query)).terms == query.terms


@pytest.mark.thorough
@given(st.lists(st.sampled_from(['"', "-", ":", ",", "..", ">", "<=", "totaal", "klant:", "status", "(", "%", "\x00", " ", "a", "1", "é", "datum:7d"]), max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_mix_of_signs_is_an_error(parts):
    query = parse("".join(parts))
    assert parse(written(query)).terms == query.terms


@pytest.mark.parametrize("text", ['"' * 50_000, "(" * 50_000, "%_" * 25_000, "\0" * 50_000, "a:" * 25_000, "-" * 50_000, '"a ' * 16_000, "a,b:" * 12_000])
def test_fifty_thousand_signs_are_read(text):
    assert parse(text).notices
