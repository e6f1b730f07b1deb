"""One module per room of the desk; each turns requests into calls of rules and fragments of HTML."""

from blueprints import account, customers, documents, home, setup

ALL = (setup.bp, account.bp, home.bp, customers.bp, documents.bp)
