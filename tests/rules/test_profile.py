"""Who the shop is, and opening it for the first time."""

import pytest

from models import Event, Operator, Shop
from rules import passwords, profile
from rules import shop as shops
from rules.refusal import Invalid, Refused
from rules.rights import DESK, MANAGER, Actor

OWNER = {"name": "Ada", "email": "Ada@Example.nl", "password": "zes vette katten"}
FILLED = {**profile.BLANK, "name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511ax", "city": "Utrecht", "email": "HALLO@example.nl",
          "phone": "030 123 45 67", "website": "https://theehuis.example/kop", "vat_number": "NL 0044.95.445.B01", "chamber_number": "1234 5678",
          "iban": "nl91abna0417164300", "account_holder": " A. de Wit  h/o De Kop", "bic": "abnanl2a", "receipt_footer": "Tot ziens\r\nbij De Kop"}


def kept():
    return shops.current().shop


def test_a_shop_is_opened_with_its_owner(database):
    owner = profile.open_shop(FILLED, OWNER)
    shop = kept()
    assert (shop.postcode, shop.email, shop.vat_number, shop.chamber_number) == ("3511 AX", "hallo@example.nl", "NL004495445B01", "12345678")
    assert (shop.iban, shop.receipt_footer) == ("NL91 ABNA 0417 1643 00", "Tot ziens\nbij De Kop")
    assert (shop.account_holder, shop.bic) == ("A. de Wit h/o De Kop", "ABNANL2A")
    assert owner.email == "ada@example.nl" and passwords.is_right(owner.password_hash, "zes vette katten")
    assert shops.current().operators[owner.id].role.key == "owner"


def test_a_name_is_enough(database):
    profile.open_shop({"name": "Theehuis"}, OWNER)
    assert kept().country == "NL" and kept().prices_include_vat


def test_every_wrong_field_of_shop_and_owner_is_named_at_once(database):
    wrong = {"name": "", "postcode": "12", "email": "x", "phone": "abc", "vat_number": "NL123", "chamber_number": "1", "iban": "NL00", "language": "fr",
             "street": "x" * 121, "city": "a\x00"}
    with pytest.raises(Invalid) as invalid:
        profile.open_shop(wrong, {"name": " ", "email": "ada", "password": "welkom01"})
    assert invalid.value.errors.keys() == wrong.keys() | {"owner_name", "owner_email", "password"}
    assert not Shop.select().exists() and not Operator.select().exists()


def test_a_country_that_does_not_exist_is_refused(database):
    with pytest.raises(Invalid) as invalid:
        profile.open_shop({"name": "X", "country": "QQ"}, OWNER)
    assert invalid.value.errors.keys() == {"country"}


def test_there_is_one_shop(shop):
    with pytest.raises(Refused, match="already set up"):
        profile.open_shop({"name": "Tweede"}, OWNER)
    assert Operator.select().count() == 1


def test_the_profile_is_changed_with_what_was_and_is(shop):
    values = FILLED | {"name": "Theehuis De Kroon", "small_business": True}
    profile.change(values, by=DESK)
    facts = Event.select().order_by(Event.id.desc()).first().facts
    assert facts["what"] == "shop" and facts["changes"]["name"] == ["Theehuis De Kop", "Theehuis De Kroon"]
    assert facts["changes"]["small_business"] == [False, True] and kept().small_business


@pytest.mark.parametrize("field, value", [
    ("website", "theehuis"), ("website", "javascript:alert(1)"), ("website", "https://a b.nl"), ("iban", "NL91ABNA0417164301"), ("iban", "x" * 50),
    ("receipt_footer", "x" * 501), ("name", "x" * 121), ("vat_number", "NL004495446B01"), ("chamber_number", "1234567a"),
    ("account_holder", "x" * 71), ("account_holder", "a\u202eb"), ("bic", "ABNA"), ("bic", "1BNANL2A"), ("bic", "x" * 21),
])
def test_a_wrong_field_is_named(shop, field, value):
    with pytest.raises(Invalid) as invalid:
        profile.change(FILLED | {field: value}, by=DESK)
    assert invalid.value.errors.keys() == {field}
    assert kept().name == "Theehuis De Kop"


def test_the_profile_is_for_who_has_the_right(shop):
    with pytest.raises(Refused, match="lacks the right"):
        profile.change(FILLED, by=Actor(None, "Mo", frozenset(MANAGER)))
