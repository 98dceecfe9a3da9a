"""Walking through a list page by page, without the I/O."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from haulier.client.call import Call
from haulier.client.models import Page
from haulier.client.problems import NOT_UNDERSTOOD
from haulier.errors import Unavailable

Item = TypeVar("Item")


class Listing(Generic[Item]):
    """Where one reader stands in a list.

    `page_at(place)` makes the call for the page at a place, None being the beginning; `place_after`
    tells from a page where the next one begins, None at the end.
    """

    def __init__(
        self,
        page_at: Callable[[str | None], Call[Page[Item]]],
        place_after: Callable[[Page[Item]], str | None],
    ) -> None:
        self._page_at = page_at
        self._place_after = place_after
        self._place: str | None = None
        self._is_over = False

    def next_call(self) -> Call[Page[Item]] | None:
        """The call for the next page; None when the last one was taken."""
        return None if self._is_over else self._page_at(self._place)

    def take(self, page: Page[Item]) -> Sequence[Item]:
        """The page's items. Raises Unavailable for a page that leads back to itself."""
        place = self._place_after(page) if page.has_more else None
        if place is not None and place == self._place:
            raise Unavailable(f"{NOT_UNDERSTOOD} (the list goes round in circles)")
        self._place, self._is_over = place, place is None
        return page.data
