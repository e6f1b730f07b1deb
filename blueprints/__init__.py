"""One module per room of the desk; each turns requests into calls of rules and fragments of HTML."""

from blueprints import (
    account, bank, bulk_status, cart, categories, cloud_printers, coupons, customers, day_closes, deliveries, document_settings, documents, home,
    hooks, jobs, label_rules, letter_templates, lists,
    links, live, logo, order_bulk, order_customer, order_history, order_list, order_status, order_views, outbox, parcels, payment_keys, payments,
    print_jobs, printers, product_imports, products, public, refunds, returns, settings, setup, staff, stock, terms, transfers, vat, vouchers,
    withdrawal,
)

ALL = (
    setup.bp, account.bp, home.bp, bank.bp, order_list.bp, order_bulk.bp, bulk_status.bp, order_views.bp, order_status.bp,
    jobs.bp, cart.bp, terms.bp, order_customer.bp, order_history.bp, payments.bp, transfers.bp, refunds.bp, returns.bp, parcels.bp,
    documents.bp, document_settings.bp, logo.bp, print_jobs.bp, printers.bp, cloud_printers.bp,
    day_closes.bp, customers.bp, coupons.bp, products.bp, categories.bp, stock.bp, deliveries.bp, product_imports.bp, settings.bp, lists.bp,
    payment_keys.bp, live.bp, vouchers.bp, vat.bp, staff.bp, label_rules.bp, outbox.bp, letter_templates.bp, public.bp, withdrawal.bp, links.bp,
    hooks.bp,
)

# Whose forms come from people and machines that have no session: each says itself what allows them.
WITHOUT_SESSION = (public.bp, withdrawal.bp, hooks.bp, cloud_printers.bp)
