"""Rules that one SQL statement can check: each finds the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models import database
from rules.checks.breach import Breach


class Statement(NamedTuple):
    """`sql` answers a row for each breach: its key, and what fills `message`."""

    table: str
    message: str
    sql: str


MONEY = (
    Statement("order", "paid is {} cents, its captured payments come to {}", """
        SELECT o.number, o.paid, COALESCE(p.amount, 0) FROM "order" o
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount FROM payment WHERE state = 'captured' GROUP BY order_id) p ON p.order_id = o.id
        WHERE o.paid <> COALESCE(p.amount, 0)"""),
    Statement("order", "refunded is {} cents, its refunds that are done come to {}", """
        SELECT o.number, o.refunded, COALESCE(r.amount, 0) FROM "order" o
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount FROM refund WHERE state = 'done' GROUP BY order_id) r ON r.order_id = o.id
        WHERE o.refunded <> COALESCE(r.amount, 0)"""),
    Statement("payment", "captured {} cents, yet {} was refunded or is on its way back", """
        SELECT p.id, CASE WHEN p.state = 'captured' THEN p.amount ELSE 0 END, SUM(r.amount) FROM payment p
        JOIN refund r ON r.payment_id = p.id WHERE r.state NOT IN ('failed', 'cancelled') GROUP BY p.id, p.state, p.amount
        HAVING SUM(r.amount) > CASE WHEN p.state = 'captured' THEN p.amount ELSE 0 END"""),
    Statement("refund", "is of order {}, its payment of order {}", """
        SELECT r.id, r.order_id, p.order_id FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.order_id <> p.order_id"""),
    Statement("payment", "takes back {} cents of payment {}, which is not what that was", """
        SELECT c.id, c.amount, p.id FROM payment c JOIN payment p ON p.id = c.corrects_id
        WHERE c.order_id <> p.order_id OR c.amount <> -p.amount"""),
    Statement("payment", "is {}, yet when is {}", """
        SELECT id, state, captured_at FROM payment WHERE (state = 'captured') <> (captured_at IS NOT NULL)"""),
    Statement("refund", "is {}, yet when is {}", """
        SELECT id, state, done_at FROM refund WHERE (state = 'done') <> (done_at IS NOT NULL)"""),
    Statement("order", "paid is {} cents, yet {} was refunded or is on its way back", """
        SELECT o.number, o.paid, r.amount FROM "order" o
        JOIN (SELECT order_id, SUM(amount) AS amount FROM refund WHERE state NOT IN ('failed', 'cancelled') GROUP BY order_id) r ON r.order_id = o.id
        WHERE r.amount > CASE WHEN o.paid > 0 THEN o.paid ELSE 0 END"""),
    Statement("line", "of {} thousandths, {} were refunded or are on their way back", """
        SELECT l.id, l.quantity, SUM(b.quantity) FROM line l JOIN refund_line b ON b.line_id = l.id JOIN refund r ON r.id = b.refund_id
        WHERE r.state NOT IN ('failed', 'cancelled') OR b.condition <> 'kept' GROUP BY l.id, l.quantity HAVING SUM(b.quantity) > l.quantity"""),
    Statement("payment", "has the provider's key {} of {} payments", """
        SELECT MIN(id), provider_key, COUNT(*) FROM payment WHERE provider_key IS NOT NULL GROUP BY provider_key HAVING COUNT(*) > 1"""),
    Statement("refund", "has the provider's key {} of {} refunds", """
        SELECT MIN(id), provider_key, COUNT(*) FROM refund WHERE provider_key IS NOT NULL GROUP BY provider_key HAVING COUNT(*) > 1"""),
    Statement("payment", "is {}, yet the provider's key of it is not known", """
        SELECT id, state FROM payment WHERE provider_key IS NULL AND (state = 'pending' OR (state = 'captured' AND idempotency_key IS NOT NULL))"""),
    Statement("payment", "was never asked of a provider, yet is {}", """
        SELECT id, state FROM payment WHERE state = 'intent' AND (idempotency_key IS NULL OR provider_key IS NOT NULL)"""),
    Statement("refund", "is {}, yet the provider's key of it is not known", """
        SELECT id, state FROM refund WHERE provider_key IS NULL
        AND (state IN ('queued', 'pending') OR (state = 'done' AND idempotency_key IS NOT NULL))"""),
    Statement("refund", "is {}, yet no provider was to be asked", """
        SELECT id, state FROM refund WHERE state IN ('intent', 'unknown') AND (idempotency_key IS NULL OR provider_key IS NOT NULL)"""),
    Statement("refund", "is {} at the provider, of a payment that is not there", """
        SELECT r.id, r.state FROM refund r LEFT JOIN payment p ON p.id = r.payment_id
        WHERE (r.idempotency_key IS NOT NULL OR r.provider_key IS NOT NULL) AND (p.id IS NULL OR p.provider_key IS NULL)"""),
)

STOCK = (
    Statement("product", "on hand is {} thousandths, its movements come to {}", """
        SELECT p.id, p.on_hand, COALESCE(m.quantity, 0) FROM product p
        LEFT JOIN (SELECT product_id, SUM(quantity) AS quantity FROM movement GROUP BY product_id) m ON m.product_id = p.id
        WHERE p.on_hand <> COALESCE(m.quantity, 0)"""),
    Statement("product", "held is {} thousandths, the lines of its orders hold {}", """
        SELECT p.id, p.held, COALESCE(l.held, 0) FROM product p
        LEFT JOIN (SELECT product_id, SUM(held) AS held FROM line WHERE held <> 0 GROUP BY product_id) l ON l.product_id = p.id
        WHERE p.held <> COALESCE(l.held, 0)"""),
    Statement("line", "of {} thousandths it holds {} and took {}", """
        SELECT id, quantity, held, taken FROM line WHERE (held <> 0 OR taken <> 0)
        AND (product_id IS NULL OR held < 0 OR CASE WHEN quantity > 0 THEN taken < 0 OR held + taken > quantity
        ELSE held <> 0 OR taken > 0 OR taken < quantity END)"""),
    Statement("line", "took {} thousandths, its movements come to {}", """
        SELECT l.id, l.taken, COALESCE(m.quantity, 0) FROM line l
        LEFT JOIN (SELECT line_id, SUM(quantity) AS quantity FROM movement WHERE line_id IS NOT NULL GROUP BY line_id) m ON m.line_id = l.id
        WHERE l.taken <> -COALESCE(m.quantity, 0)"""),
    Statement("movement", "is of product {}, its line of product {}", """
        SELECT m.id, m.product_id, l.product_id FROM movement m JOIN line l ON l.id = m.line_id
        WHERE l.product_id IS NULL OR m.product_id <> l.product_id"""),
    Statement("movement", "is of order {}, its line of order {}", """
        SELECT m.id, m.order_id, l.order_id FROM movement m JOIN line l ON l.id = m.line_id WHERE m.order_id IS NULL OR m.order_id <> l.order_id"""),
    Statement("line", "holds {} thousandths, though its order is {}", """
        SELECT l.id, l.held, s.stage FROM line l JOIN "order" o ON o.id = l.order_id JOIN status s ON s.id = o.status_id
        WHERE l.held <> 0 AND s.stage NOT IN ('open', 'preparing', 'ready')"""),
    Statement("line", "of {} thousandths it holds {} while {} left in parcels and {} came back", """
        SELECT l.id, l.quantity, l.held, COALESCE(g.quantity, 0), COALESCE(b.quantity, 0) FROM line l JOIN product p ON p.id = l.product_id
        LEFT JOIN (SELECT i.line_id, SUM(i.quantity) AS quantity FROM parcel_line i JOIN parcel ON parcel.id = i.parcel_id
                   WHERE parcel.shipped_at IS NOT NULL GROUP BY i.line_id) g ON g.line_id = l.id
        LEFT JOIN (SELECT line_id, SUM(quantity) AS quantity FROM (
                       SELECT line_id, quantity FROM refund_line WHERE condition = 'sellable'
                       UNION ALL SELECT i.line_id, i.sellable FROM return_line i JOIN "return" r ON r.id = i.back_id
                       WHERE r.state IN ('received', 'settled')) back GROUP BY line_id) b ON b.line_id = l.id
        WHERE l.held <> 0 AND l.stock_note = '' AND p.is_tracked AND l.held <> l.quantity
        - CASE WHEN COALESCE(g.quantity, 0) > COALESCE(b.quantity, 0) THEN COALESCE(g.quantity, 0) ELSE COALESCE(b.quantity, 0) END"""),
    Statement("line", "of {} thousandths, {} are in parcels", """
        SELECT l.id, l.quantity, SUM(p.quantity) FROM line l JOIN parcel_line p ON p.line_id = l.id
        GROUP BY l.id, l.quantity HAVING SUM(p.quantity) > l.quantity"""),
    Statement("parcel_line", "its parcel is of order {}, its line of order {}", """
        SELECT p.id, parcel.order_id, l.order_id FROM parcel_line p JOIN parcel ON parcel.id = p.parcel_id JOIN line l ON l.id = p.line_id
        WHERE parcel.order_id <> l.order_id"""),
)

RECORDS = (
    Statement("document series", "has {} numbers from {} to {}", """
        SELECT series, COUNT(*), MIN(sequence), MAX(sequence) FROM document WHERE series IS NOT NULL GROUP BY series
        HAVING COUNT(*) <> MAX(sequence) - MIN(sequence) + 1"""),
    Statement("document series", "will give number {} again; {} is used", """
        SELECT s.key, s.next, MAX(d.sequence) FROM number_series s JOIN document d ON d.series = s.key
        GROUP BY s.key, s.next HAVING MAX(d.sequence) >= s.next"""),
    Statement("address", "belongs to {} orders or customers", """
        SELECT id, COUNT(*) FROM (
            SELECT billing_id AS id FROM "order" UNION ALL SELECT shipping_id FROM "order"
            UNION ALL SELECT billing_id FROM customer UNION ALL SELECT shipping_id FROM customer) used
        WHERE id IS NOT NULL GROUP BY id HAVING COUNT(*) > 1"""),
    Statement("customer", "{} belongs to {} customers", """
        SELECT MIN(id), LOWER(email), COUNT(*) FROM customer WHERE email IS NOT NULL GROUP BY LOWER(email) HAVING COUNT(*) > 1"""),
    Statement("customer", "{} is not in lower case", "SELECT id, email FROM customer WHERE email <> LOWER(email)"),
    Statement("order", "nothing says where it comes from: it has no event", """
        SELECT o.number FROM "order" o WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.order_id = o.id)"""),
    Statement("event", "is caused by {}, which came later", "SELECT id, cause_id FROM event WHERE cause_id >= id"),
    Statement("letter", "is for order {}, its event is of order {}", """
        SELECT l.id, l.order_id, e.order_id FROM letter l JOIN event e ON e.id = l.event_id WHERE l.order_id <> e.order_id"""),
    Statement("letter", "is {}, but says that it was sent on {}", """
        SELECT id, state, sent_at FROM letter WHERE (state = 'sent') <> (sent_at IS NOT NULL)"""),
    Statement("letter", "is {}, but is in nobody's hands", """
        SELECT id, state FROM letter WHERE state IN ('claimed', 'handing') AND (worker IS NULL OR lease IS NULL)"""),
    Statement("letter", "is {}, but no event says so", """
        SELECT l.id, l.state FROM letter l WHERE l.state IN ('sent', 'failed', 'uncertain') AND l.order_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event e WHERE e.order_id = l.order_id AND e.id > l.event_id
            AND e.kind IN ('letter.sent', 'letter.failed', 'letter.uncertain', 'letter.confirmed'))"""),
)


def of_money() -> Iterator[Breach]:
    return found(MONEY)


def of_stock() -> Iterator[Breach]:
    return found(STOCK)


def of_records() -> Iterator[Breach]:
    return found(RECORDS)


def found(statements: tuple[Statement, ...]) -> Iterator[Breach]:
    for statement in statements:
        for key, *facts in database.execute_sql(statement.sql):
            yield Breach(statement.table, key, statement.message.format(*facts))
