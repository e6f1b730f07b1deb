"""The list of orders over HTTP: one address for page and fragment, kept choices, and nothing that breaks it."""

import re

import pytest

from models import Parcel, Preference
from tests.factories import a_placed_order


@pytest.fixture
def three(shop, by):
    return [a_placed_order(shop, by) for _ in range(3)]


def numbers(answer):
    return re.findall(r'class="cover"[^>]*>([^<]+)<', answer.text)


def test_the_newest_stands_on_top(client, three):
    answer = client.get("/orders")
    assert answer.status_code == 200
    assert numbers(answer) == [order.number for order in reversed(three)]
    assert "€\N{NO-BREAK SPACE}281,85" in answer.text


def test_htmx_gets_the_list_and_what_goes_with_it(htmx, three):
    answer = htmx.get("/orders?typed=1&q=zzz")
    assert "<html" not in answer.text
    for part in ("orders-list", "orders-filters", "orders-views"):
        assert f'id="{part}"' in answer.text
    assert "HX-Trigger" not in answer.headers, "who types keeps what is in the box"
    assert answer.headers["HX-Replace-Url"] == "/orders?q=zzz"


def test_the_box_follows_what_is_pressed(htmx, three):
    answer = htmx.get("/orders?q=status:verzonden")
    assert answer.headers["HX-Trigger"] == '{"orders-box": {"text": "status:verzonden"}}'
    assert answer.headers["HX-Push-Url"] == "/orders?q=status:verzonden"


def test_enter_on_a_number_opens_it_but_looking_back_does_not(client, htmx, three):
    number = three[1].number
    assert client.get(f"/orders?q={number}&go=1").headers["Location"] == f"/orders/{number}"
    assert htmx.get(f"/orders?q={number}&go=1").headers["HX-Redirect"] == f"/orders/{number}"
    assert client.get(f"/orders?q={number}").status_code == 200


def test_the_filter_form_becomes_text(client, three):
    answer = client.get("/orders?form=1&q=jansen&status=status:verzonden&least=25&most=&from=2026-10-01&until=&customer=de boer")
    assert answer.status_code == 302
    where = client.get(answer.headers["Location"])
    box = re.search(r'name="q" value="([^"]*)"', where.text)[1].replace("&#34;", '"')
    assert box == 'jansen status:verzonden klant:"de boer" totaal:25.. datum:2026-10-01..'
    emptied = client.get("/orders?form=1&q=status:verzonden&status=")
    assert emptied.headers["Location"] == "/orders"


def test_columns_are_kept_for_this_person(client, three):
    client.post("/orders/columns", data={"column": ["total", "customer", "nonsense"], "size": "25", "order": "-total"})
    page = client.get("/orders").text
    assert page.index('class="c-total') < page.index('class="c-customer')
    assert "c-source" not in page
    client.post("/orders/columns", data={"column": ["total", "customer"], "up": "customer", "size": "7"})
    page = client.get("/orders").text
    assert page.index('class="c-customer') < page.index('class="c-total')
    assert Preference.select().count() == 1


def test_a_heading_sorts_the_list_from_now_on(client, htmx, three):
    client.post("/orders/columns", data={"column": ["total", "customer"], "size": "25"})
    answer = htmx.post("/orders/sort", data={"q": "totaal:>1", "sort": "number"})
    assert numbers(answer) == [order.number for order in three]
    assert answer.headers["HX-Push-Url"] == "/orders?q=totaal:%3E1&sort=number"
    assert numbers(client.get("/orders")) == [order.number for order in three]
    assert Preference.get().value == {"columns": ["total", "customer"], "size": 25, "sort": "number"}
    assert client.post("/orders/sort", data={"sort": "-placed"}).headers["Location"] == "/orders?sort=-placed"
    assert numbers(client.get("/orders")) == [order.number for order in reversed(three)]
    client.post("/orders/sort", data={"sort": "nonsense"})
    assert Preference.get().value["sort"] == ""


def test_every_heading_can_be_chosen_in_the_menu_too(client, three):
    page = client.get("/orders").text
    offered = set(re.findall(r'<option value="(-?\w*)"', page[page.index('name="order"><option'):]))
    for heading in re.findall(r'name="sort" value="(-?\w+)">', page):
        assert {heading.lstrip("-"), f"-{heading.lstrip('-')}"} - {"-placed"} <= offered, heading


def test_what_one_chooses_in_the_menu_goes_before_what_the_address_said(client, three):
    answer = client.post("/orders/columns", data={"q": "", "column": "total", "order": "number"}, headers={"Referer": "/orders?sort=-total&after=x"})
    assert answer.headers["Location"] == "/orders"


def test_recent_searches_come_back_in_an_empty_box(client, three):
    for text in ("jansen", "", "thee", "jansen", "<b>"):
        client.post("/orders/searches", data={"q": text})
    offered = re.findall(r'data-fill="([^"]*)"', client.get("/orders/completions?q=").text)
    assert offered == ["&lt;b&gt;", "jansen", "thee"]


def test_where_nothing_is_found_it_says_what_to_leave_out(client, three):
    page = client.get("/orders?q=theepot totaal:>5000 klant:zzz").text
    assert "Geen bestelling gevonden" in page
    assert "Zonder" not in page, "nothing is found without one of them either"
    page = client.get("/orders?q=theepot totaal:>5000").text
    assert re.findall(r'>Zonder ([^<]+) <span class="count">(\d+)<', page) == [("Totaal: meer dan €\N{NO-BREAK SPACE}5.000,00", "3")]
    assert 'href="/orders?q=theepot"' in page


def test_each_row_shows_what_matched_marked_and_why_it_waits(client, three):
    page = client.get("/orders?q=ijzer tedoen:betalen").text
    assert page.count("Theepot giet<mark>ijzer</mark>") == 3
    assert page.count('<small class="match reason">€\N{NO-BREAK SPACE}93,95 te betalen</small>') == 3
    client.post("/orders/columns", data={"column": ["total"]})
    assert client.get("/orders?q=ijzer tedoen:betalen").text.count("Theepot giet<mark>ijzer</mark>") == 3, "whatever columns one chose"


def test_a_parcel_is_followed_from_the_list(client, three, shop):
    courier = next(courier for courier in shop.couriers.values() if courier.url_template)
    Parcel.create(order=three[0], courier=courier, tracking_code="3SABC/1234")
    Parcel.create(order=three[1], courier_name="Fietskoerier", tracking_code="F9")
    page = client.get("/orders").text
    link, = re.findall(r'<a class="code" href="([^"]+)" target="_blank" rel="noopener noreferrer" aria-label="Volg pakket 3SABC/1234">…1234</a>', page)
    assert "3SABC%2F1234" in link
    assert '<span class="code">…F9</span>' in page


def test_what_is_offered_follows_the_cursor(client, three):
    offered = re.findall(r'data-fill="([^"]*)" data-cursor="(\d+)"', client.get("/orders/completions?q=status:volt+jan&cursor=11").text)
    assert offered == [("status:Voltooid jan", "16")]
    for cursor in ("-5", "99999999999999999999", "x", ""):
        assert client.get(f"/orders/completions?q=status:volt+jan&cursor={cursor}").status_code == 200


def test_a_quick_look_shows_the_order(htmx, client, three):
    answer = htmx.get(f"/orders/{three[0].number}/glance")
    assert 'id="orders-glance"' in answer.text
    assert "Theepot gietijzer" in answer.text
    assert client.get(f"/orders/{three[0].number}/glance").headers["Location"] == f"/orders/{three[0].number}"


@pytest.mark.parametrize("query", [
    "q=" + "a" * 5_000, "q=%00%00", "q=" + "(" * 500, "q=nonsense:1", "q=\"\"\"", "q=%25_%25_", "sort=nonsense", "sort=-", "size=9999999999999999",
    "size=x", "after=nonsense", "before=%00", "after=W10=&before=W10=", "q=totaal:>5..<1", "q=datum:0000-00-00", "q=datum:9999", "add=x",
    "status=%00&form=1", "from=x&until=y&form=1", "least=x&most=%27&form=1",
])
def test_nothing_in_the_address_breaks_the_list(htmx, three, query):
    answer = htmx.get(f"/orders?{query}")
    assert answer.status_code == 200
    assert 'id="orders-list"' in answer.text


def test_fifty_kilobytes_are_named_and_ignored(htmx, three):
    answer = htmx.get("/orders", query_string={"q": "x y " * 12_500})
    assert answer.status_code == 200
    assert "Alleen de eerste 1.000 tekens" in answer.text or "1000" in answer.text


def test_what_stands_in_an_order_is_text_and_never_a_script(client, three):
    type(three[0]).update(name="<script>alert(1)</script>").execute()
    assert "<script>alert" not in client.get("/orders").text


@pytest.mark.parametrize("url", ["/orders", "/orders?q=koffie", "/orders?q=tedoen:betalen&sort=-total", "/orders?q=label:prioriteit thee", "/orders?q=a b totaal:>9999 klant:zzz"])
def test_a_page_takes_few_queries_however_many_orders(client, shop, by, caplog, url):
    def queries():
        caplog.clear()
        with caplog.at_level("DEBUG", "peewee"):
            client.get(url)
        return len(caplog.records)

    a_placed_order(shop, by)
    client.get(url)  # counts of the tabs are kept until something happens
    few = queries()
    for _ in range(6):
        a_placed_order(shop, by)
    client.get(url)
    assert few == queries() <= 12
