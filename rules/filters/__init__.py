"""One language for finding orders: list, saved views, bulk actions, exports, automations and the API all speak it.

language reads text into terms and writes them back, conditions makes SQL of them, sentences says them in words.
"""

from rules.filters import form
from rules.filters.completion import complete
from rules.filters.sentences import Chip, chips

__all__ = ["Chip", "chips", "complete", "form"]
