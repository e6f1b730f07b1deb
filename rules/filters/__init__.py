"""One language for finding orders: list, saved views, bulk actions, exports, automations and the API all speak it."""
