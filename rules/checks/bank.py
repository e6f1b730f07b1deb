"""What came in on the bank and the payments it became."""

from __future__ import annotations

from collections.abc import Iterator

from models import database
from rules.checks.breach import Breach
from rules.checks.statements import Statement

STANDING = """SELECT b.entry_id, SUM(p.amount) AS amount, COUNT(*) AS parts FROM bank_part b JOIN payment p ON p.id = b.payment_id
    LEFT JOIN payment c ON c.corrects_id = p.id WHERE c.id IS NULL GROUP BY b.entry_id"""

BANK = (
    Statement("bank_entry", "of {} cents is booked, its payments that stand come to {}", f"""
        SELECT e.id, e.amount, COALESCE(s.amount, 0) FROM bank_entry e LEFT JOIN ({STANDING}) s ON s.entry_id = e.id
        WHERE e.state = 'confirmed' AND e.amount <> COALESCE(s.amount, 0)"""),
    Statement("bank_entry", "of {} cents is {}, yet payments that stand come to {}", f"""
        SELECT e.id, e.amount, e.state, s.amount FROM bank_entry e JOIN ({STANDING}) s ON s.entry_id = e.id
        WHERE e.state <> 'confirmed' AND (s.amount >= e.amount OR e.amount < 0)"""),
    Statement("payment", "is part of {} entries of the bank", """
        SELECT payment_id, COUNT(*) FROM bank_part GROUP BY payment_id HAVING COUNT(*) > 1"""),
    Statement("bank_part", "its payment is {}, not captured by hand", """
        SELECT b.id, p.state FROM bank_part b JOIN payment p ON p.id = b.payment_id
        WHERE p.state <> 'captured' OR p.provider_key IS NOT NULL OR p.amount <= 0 OR p.corrects_id IS NOT NULL"""),
    Statement("bank_entry", "of {} cents is {}, yet its refund is {} of {} cents", """
        SELECT e.id, e.amount, e.state, COALESCE(r.state, 'none'), COALESCE(r.amount, 0) FROM bank_entry e LEFT JOIN refund r ON r.id = e.refund_id
        WHERE (e.state = 'done') <> (e.refund_id IS NOT NULL) OR r.state <> 'done' OR r.amount <> -e.amount"""),
    Statement("bank_file", "added {} entries, has {}", """
        SELECT f.id, f.added, COUNT(e.id) FROM bank_file f LEFT JOIN bank_entry e ON e.file_id = f.id GROUP BY f.id, f.added
        HAVING COUNT(e.id) <> f.added OR f.added > f.entries"""),
)


def of_bank() -> Iterator[Breach]:
    for statement in BANK:
        for key, *facts in database.execute_sql(statement.sql):
            yield Breach(statement.table, key, statement.message.format(*facts))
