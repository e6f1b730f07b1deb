"""Returns and vouchers: never more back than was sold, and no voucher worth another amount than what is left of it."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.breach import Breach
from rules.checks.statements import Statement, found

RETURNS = (
    Statement("line", "of {} thousandths, {} came back or will", """
        SELECT l.id, l.quantity, SUM(b.quantity) FROM line l JOIN (
            SELECT i.line_id, CASE WHEN r.received_at IS NULL THEN i.quantity ELSE i.sellable + i.damaged END AS quantity
            FROM return_line i JOIN "return" r ON r.id = i.back_id
            WHERE r.state IN ('announced', 'received') OR r.settlement = 'nothing'
            UNION ALL SELECT line_id, quantity FROM refund_line) b ON b.line_id = l.id
        WHERE l.quantity > 0 GROUP BY l.id, l.quantity HAVING SUM(b.quantity) > l.quantity"""),
    Statement("return_line", "its return is of order {}, its line of order {}", """
        SELECT i.id, r.order_id, l.order_id FROM return_line i JOIN "return" r ON r.id = i.back_id JOIN line l ON l.id = i.line_id
        WHERE r.order_id <> l.order_id"""),
    Statement("return", "is of order {}, its refund of order {}", """
        SELECT r.number, r.order_id, f.order_id FROM "return" r JOIN refund f ON f.id = r.refund_id WHERE f.order_id <> r.order_id"""),
    Statement("return", "is {}, settled with '{}', yet when is {}", """
        SELECT number, state, settlement, settled_at FROM "return"
        WHERE (state = 'settled') <> (settlement <> '') OR (state = 'settled') <> (settled_at IS NOT NULL)"""),
    Statement("return", "is settled with {}, but nothing was paid back", """
        SELECT number, settlement FROM "return" WHERE state = 'settled' AND settlement <> 'nothing' AND refund_id IS NULL"""),
    Statement("return", "is received, but nothing came", """
        SELECT r.number FROM "return" r WHERE r.state = 'received' AND NOT EXISTS (
            SELECT 1 FROM return_line i WHERE i.back_id = r.id AND i.sellable + i.damaged > 0)"""),
)

VOUCHERS = (
    Statement("voucher", "of {} cents, {} is left while {} was used", """
        SELECT v.id, v.amount, v.balance, COALESCE(SUM(u.amount), 0) FROM voucher v LEFT JOIN voucher_use u ON u.voucher_id = v.id
        GROUP BY v.id, v.amount, v.balance HAVING v.balance <> v.amount - COALESCE(SUM(u.amount), 0)"""),
    Statement("voucher_use", "is {} cents, its payment {}", """
        SELECT u.id, u.amount, p.amount FROM voucher_use u JOIN payment p ON p.id = u.payment_id WHERE u.amount <> p.amount"""),
    Statement("payment", "by voucher, of none", """
        SELECT p.id FROM payment p JOIN payment_method m ON m.id = p.method_id LEFT JOIN voucher_use u ON u.payment_id = p.id
        WHERE m.provider = 'voucher' AND p.state = 'captured' AND u.id IS NULL"""),
    Statement("voucher", "of {} cents was given for {} that was paid back", """
        SELECT v.id, v.amount, r.amount FROM voucher v JOIN refund f ON f.id = v.refund_id JOIN (
            SELECT order_id, method_id, SUM(amount) AS amount FROM refund WHERE state = 'done' GROUP BY order_id, method_id) r
        ON r.order_id = f.order_id AND r.method_id = f.method_id WHERE v.amount > r.amount"""),
)


def of_returns() -> Iterator[Breach]:
    return found(RETURNS)


def of_vouchers() -> Iterator[Breach]:
    return found(VOUCHERS)
