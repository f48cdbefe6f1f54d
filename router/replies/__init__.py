"""How replies of a backend are read: sentence by sentence, over marked words, by the rows of a document's table."""

from .layout import Layout
from .reading import reader_for

__all__ = ["Layout", "reader_for"]
