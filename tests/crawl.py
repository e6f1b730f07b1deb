"""Every page that can be reached from the front door, one of each kind."""

import re
from collections import deque

NOT_PAGES = re.compile(r"\.pdf$|\.csv$|^/static/|/sign-out|^mailto:|^tel:|^https?://")
LIMIT = 150


def kind(path):
    """One page of each kind is enough: keys in addresses count as the same."""
    return re.sub(r"/\d+", "/…", path.split("?")[0])


def crawl(open_page):
    """The address and what `open_page(address)` answers, in the order they are found: besides its answer it gives the links on the page."""
    seen, waiting = set(), deque(["/"])
    while waiting:
        address = waiting.popleft()
        if kind(address) in seen:
            continue
        seen.add(kind(address))
        assert len(seen) < LIMIT, "more kinds of pages than there can be: an address holds something that is no key"
        answer, links = open_page(address)
        waiting.extend(link for link in links if link.startswith("/") and not NOT_PAGES.search(link))
        yield address, answer
    assert len(seen) > 15
