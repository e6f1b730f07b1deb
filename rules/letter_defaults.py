"""The letters a new shop starts with, in both languages; the text one gets back when one restores a letter."""

from __future__ import annotations

from typing import NamedTuple


class Default(NamedTuple):
    name: str
    subject: str
    body: str


HELLO, BYE = {"nl": "Beste {{ customer.name }},", "en": "Dear {{ customer.name }},"}, {
    "nl": "Met vriendelijke groet,\n{{ shop.name }}", "en": "Kind regards,\n{{ shop.name }}"}

CONFIRMATION = {
    "nl": Default("Orderbevestiging", "Je bestelling {{ order.number }} bij {{ shop.name }}", """\
Bedankt voor je bestelling. Dit hebben we genoteerd:

{{ order.lines }}

{{ order.totals }}

{% if order.shipping_method %}
**Verzending:** {{ order.shipping_method }}
{% endif %}
{% if order.payment_method %}
**Betaling:** {{ order.payment_method }}
{% endif %}

{{ order.address }}

{% if order.page %}
[Bekijk je bestelling]({{ order.page }})

{% endif %}
Klopt er iets niet? Beantwoord deze mail en noem je bestelnummer {{ order.number }}."""),
    "en": Default("Order confirmation", "Your order {{ order.number }} at {{ shop.name }}", """\
Thank you for your order. This is what we noted down:

{{ order.lines }}

{{ order.totals }}

{% if order.shipping_method %}
**Shipping:** {{ order.shipping_method }}
{% endif %}
{% if order.payment_method %}
**Payment:** {{ order.payment_method }}
{% endif %}

{{ order.address }}

{% if order.page %}
[See your order]({{ order.page }})

{% endif %}
Is something wrong? Reply to this e-mail and mention order {{ order.number }}."""),
}
PAYMENT_LINK = {
    "nl": Default("Betaalverzoek", "Betaal je bestelling {{ order.number }}", """\
Voor je bestelling {{ order.number }} staat nog {{ order.balance }} open.

{% if payment.link %}
[Betaal {{ order.balance }}]({{ payment.link }})
{% elif shop.iban %}
Maak het bedrag over naar {{ shop.iban }} ten name van {{ shop.name }}, onder vermelding van {{ order.number }}.
{% endif %}
{% if order.due %}

Wil je dat uiterlijk {{ order.due }} doen?
{% endif %}

Heb je al betaald? Dan hoef je niets te doen."""),
    "en": Default("Payment request", "Pay your order {{ order.number }}", """\
For your order {{ order.number }}, {{ order.balance }} is still to be paid.

{% if payment.link %}
[Pay {{ order.balance }}]({{ payment.link }})
{% elif shop.iban %}
Please transfer it to {{ shop.iban }} in the name of {{ shop.name }}, and mention {{ order.number }}.
{% endif %}
{% if order.due %}

Please pay before {{ order.due }}.
{% endif %}

Did you pay already? Then there is nothing left to do."""),
}
PAID = {
    "nl": Default("Betaling ontvangen", "Je betaling van bestelling {{ order.number }}", """\
We hebben {{ payment.amount }} ontvangen voor je bestelling {{ order.number }}. Bedankt.

{% if order.balance %}
Er staat nog {{ order.balance }} open.
{% endif %}"""),
    "en": Default("Payment received", "Your payment of order {{ order.number }}", """\
We received {{ payment.amount }} for your order {{ order.number }}. Thank you.

{% if order.balance %}
{{ order.balance }} is still to be paid.
{% endif %}"""),
}
SHIPPED = {
    "nl": Default("Onderweg", "Je bestelling {{ order.number }} is onderweg", """\
Je bestelling {{ order.number }} is verzonden.

{{ order.tracking }}

Dit zit erin:

{{ order.lines }}

{% if order.address %}
We sturen het naar:

{{ order.address }}
{% endif %}"""),
    "en": Default("Shipped", "Your order {{ order.number }} is on its way", """\
Your order {{ order.number }} has been shipped.

{{ order.tracking }}

This is in it:

{{ order.lines }}

{% if order.address %}
We send it to:

{{ order.address }}
{% endif %}"""),
}
READY = {
    "nl": Default("Klaar om af te halen", "Je bestelling {{ order.number }} ligt klaar", """\
Je bestelling {{ order.number }} ligt voor je klaar in de winkel:
{{ shop.address }}

{{ order.lines }}

{% if order.balance %}
Er staat nog {{ order.balance }} open. Dat kun je in de winkel betalen.
{% endif %}

Neem je bestelnummer mee."""),
    "en": Default("Ready to collect", "Your order {{ order.number }} is ready", """\
Your order {{ order.number }} is waiting for you in the shop:
{{ shop.address }}

{{ order.lines }}

{% if order.balance %}
{{ order.balance }} is still to be paid. You can do that in the shop.
{% endif %}

Please bring your order number."""),
}
REFUNDED = {
    "nl": Default("Terugbetaald", "Terugbetaling van bestelling {{ order.number }}", """\
We hebben {{ refund.amount }} terugbetaald van je bestelling {{ order.number }}.

Je krijgt het terug op de manier waarop je betaalde. Soms duurt het een paar werkdagen voor het bij je binnen is."""),
    "en": Default("Refunded", "Refund of order {{ order.number }}", """\
We have paid back {{ refund.amount }} of your order {{ order.number }}.

You get it the way you paid. Sometimes it takes a few working days to arrive."""),
}
WITHDRAWAL = {
    "nl": Default("Herroeping ontvangen", "We hebben je herroeping ontvangen ({{ withdrawal.number }})", """\
Je hebt de overeenkomst van bestelling {{ order.number }} van {{ order.date }} herroepen. Dit is de bevestiging; bewaar hem.

Verstuurd op {{ withdrawal.time }} door {{ withdrawal.name }}. Je herroept:

{{ withdrawal.lines }}

Stuur of breng het binnen 14 dagen terug, met dit nummer erbij: {{ withdrawal.number }}. Binnen 14 dagen na je herroeping betalen we terug
wat je betaalde, op dezelfde manier. We mogen daarmee wachten tot we het terug hebben, of tot je laat zien dat je het hebt verstuurd."""),
    "en": Default("Withdrawal received", "We received your withdrawal ({{ withdrawal.number }})", """\
You withdrew from the contract of order {{ order.number }} of {{ order.date }}. This is the confirmation; please keep it.

Sent on {{ withdrawal.time }} by {{ withdrawal.name }}. You withdraw from:

{{ withdrawal.lines }}

Send or bring it back within 14 days, and mention this number: {{ withdrawal.number }}. Within 14 days of your withdrawal we pay back what
you paid, the same way. We may wait until we have it back, or until you show that you sent it."""),
}
LOW_STOCK = {
    "nl": Default("Voorraad bijna op", "Bijna op: vul de voorraad aan", """\
Hiervan is er nog maar weinig:

{{ stock.products }}"""),
    "en": Default("Low stock", "Running low: time to order", """\
There is little left of this:

{{ stock.products }}"""),
}
NEW_ORDER = {
    "nl": Default("Nieuwe bestelling", "Nieuwe bestelling {{ order.number }}: {{ order.total }}", """\
{{ customer.name }} heeft besteld:

{{ order.lines }}

{{ order.totals }}

[Open bestelling {{ order.number }}]({{ order.link }})"""),
    "en": Default("New order", "New order {{ order.number }}: {{ order.total }}", """\
{{ customer.name }} ordered:

{{ order.lines }}

{{ order.totals }}

[Open order {{ order.number }}]({{ order.link }})"""),
}


def _with_greetings(texts: dict[str, Default]) -> dict[str, Default]:
    return {language: text._replace(body=f"{HELLO[language]}\n\n{text.body}\n\n{BYE[language]}") for language, text in texts.items()}


ALL: dict[str, dict[str, Default]] = {
    "confirmation": _with_greetings(CONFIRMATION),
    "payment_link": _with_greetings(PAYMENT_LINK),
    "paid":         _with_greetings(PAID),
    "ready":        _with_greetings(READY),
    "shipped":      _with_greetings(SHIPPED),
    "refunded":     _with_greetings(REFUNDED),
    "withdrawal":   _with_greetings(WITHDRAWAL),
    "new_order":    NEW_ORDER,
    "low_stock":    LOW_STOCK,
}
