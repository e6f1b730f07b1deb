"""The withdrawal function on a customer's own page: shown as long as it should, two steps, once, and for that order only."""

import re
from datetime import timedelta

import pytest

from models import Letter, Line, Order, Return, SignInAttempt, Source, Stage
from money import Quantity
from rules import cart, links, orders, status
from rules import shop as shops
from rules.rights import DESK
from rules.status import Choices
from tests.factories import a_draft, a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\xa0", " ")


@pytest.fixture
def order(shop):
    """Two packs of tea and soap, by phone, sent today."""
    draft = a_draft(DESK, a_product("Earl Grey", 1_000, on_hand=10), a_product("Zeep", 500))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, Line.get(Line.name == "Earl Grey").id, Quantity.pieces(2), by=DESK)
    Order.update(name="Sanne de Boer", email="sanne@example.nl").execute()
    status.change(draft.number, shop.status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    return orders.find(draft.number)


@pytest.fixture
def url(order):
    return "/o/" + links.page_url(order).rpartition("/")[2]


def said(**fields):
    tea, soap = Line.get(Line.name == "Earl Grey").id, Line.get(Line.name == "Zeep").id
    return {"key": "a-key-of-the-form", "name": "Sanne de Boer", "email": "sanne@example.nl", f"pick-{tea}": "1", f"line-{tea}": "2",
            f"pick-{soap}": "1", f"line-{soap}": "1"} | fields


def test_the_button_is_there_and_leads_to_a_form_that_is_filled_in(visitor, order, url):
    assert f'href="{url}/withdrawal">Overeenkomst hier herroepen</a>' in page(visitor.get(url))
    form = page(visitor.get(f"{url}/withdrawal"))
    assert 'value="Sanne de Boer"' in form and 'value="sanne@example.nl"' in form and "Earl Grey" in form and form.count(" checked") == 2


def test_two_steps_make_one_withdrawal_however_often_one_presses(visitor, url):
    confirm = page(visitor.post(f"{url}/withdrawal", data=said()))
    assert "Herroeping bevestigen" in confirm and "2 × Earl Grey" in confirm and not Return.select().exists()
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', confirm))
    for _ in range(3):
        response = visitor.post(f"{url}/withdrawal/confirmation", data=fields)
        assert response.status_code == 303
    assert (Return.select().count(), Letter.select().count(), Return.get().origin) == (1, 1, "customer")
    assert Return.get().number in page(visitor.get(response.location))
    assert "Toch niet?" not in page(visitor.get(url)) and "alles herroepen" in page(visitor.get(f"{url}/withdrawal"))
    assert "alles herroepen" in page(visitor.post(f"{url}/withdrawal/confirmation", data=said(key="another")), 422)


def test_one_can_go_back_and_change_something(visitor, url):
    form = page(visitor.post(f"{url}/withdrawal", data=said(again="1", name="S. de Boer")))
    assert 'value="S. de Boer"' in form and not Return.select().exists()


def test_part_of_it_is_enough(visitor, url):
    tea, soap = Line.get(Line.name == "Earl Grey").id, Line.get(Line.name == "Zeep").id
    data = said(**{f"line-{tea}": "1"})
    del data[f"pick-{soap}"]
    page(visitor.post(f"{url}/withdrawal", data=data))
    visitor.post(f"{url}/withdrawal/confirmation", data=data)
    assert [(line.line_id, line.quantity) for line in Return.get().lines] == [(tea, Quantity.pieces(1))]
    assert "Toch niet?" in page(visitor.get(url))


@pytest.mark.parametrize("wrong, sentence", [({"name": ""}, "naam"), ({"email": "niets"}, "geen e-mailadres"), ({"email": ""}, "bevestiging naartoe")])
def test_what_is_wrong_is_said_and_what_was_typed_stays(visitor, url, wrong, sentence):
    for path in ("withdrawal", "withdrawal/confirmation"):
        form = page(visitor.post(f"{url}/{path}", data=said(**wrong)), 422)
        assert sentence in form and 'aria-invalid="true"' in form and not Return.select().exists()
    line = f"line-{Line.get(Line.name == 'Earl Grey').id}"
    for typed, sentence in (("3", "hoogstens 2"), ("veel", "Vul een aantal in")):
        assert sentence in page(visitor.post(f"{url}/withdrawal", data=said(**{line: typed})), 422)
    nothing = {name: text for name, text in said().items() if not name.startswith("pick-")}
    assert "Kies wat je herroept" in page(visitor.post(f"{url}/withdrawal", data=nothing), 422)


def test_too_late_and_at_the_counter_there_is_no_button(visitor, order, url):
    Order.update(shipped_at=order.shipped_at - timedelta(days=40)).execute()
    assert "Overeenkomst hier herroepen" not in page(visitor.get(url)) and "Herroepen kon tot en met" in page(visitor.get(f"{url}/withdrawal"))
    page(visitor.post(f"{url}/withdrawal/confirmation", data=said()), 422)
    Order.update(shipped_at=order.shipped_at).execute()
    Source.update(is_distance=False).execute()
    shops.touch()
    assert "Overeenkomst hier herroepen" not in page(visitor.get(url)) and "niet op afstand" in page(visitor.get(f"{url}/withdrawal"))
    assert not Return.select().exists()


def test_an_address_opens_no_other_order(visitor, order, url):
    visitor.post(f"{url}/withdrawal/confirmation", data=said())
    another = a_draft(DESK, a_product("Theepot"))
    status.change(another.number, shops.current().status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    other = "/o/" + links.page_url(orders.find(another.number)).rpartition("/")[2]
    assert visitor.get(f"{other}/withdrawal/{Return.get().id}").status_code == 404
    assert "Intussen is er iets" in page(visitor.post(f"{other}/withdrawal", data=said()), 422)
    wrong = "/o/" + "x" * 24
    for response in (visitor.get(f"{wrong}/withdrawal"), visitor.post(f"{wrong}/withdrawal/confirmation", data=said())):
        assert response.status_code == 404
    assert SignInAttempt.select().where(SignInAttempt.kind == "link").count() == 2 and Return.select().count() == 1


def test_it_is_kept_to_the_rules_of_a_customers_page(visitor, url):
    response = visitor.get(f"{url}/withdrawal")
    assert response.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in response.headers
    assert "script" not in response.headers["Content-Security-Policy"] and "<script" not in response.text


def test_in_english_for_who_reads_english(visitor, order, url):
    Order.update(language="en").execute()
    assert "Withdraw from contract here" in page(visitor.get(url)) and "Confirm withdrawal" in page(visitor.post(f"{url}/withdrawal", data=said()))
