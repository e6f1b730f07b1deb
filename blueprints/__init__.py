"""One module per room of the desk; each turns requests into calls of rules and fragments of HTML."""

from blueprints import home

ALL = (home.bp,)
