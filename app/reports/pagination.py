"""Which rows of a table stand on which page."""

from collections.abc import Sequence


def paginate(heights: Sequence[int], first: int, other: int, closing: int) -> list[range]:
    """Return the rows of each page, in order; there is always one page.

    `first` and `other` are the heights that rows may take on the first and on the later pages,
    `closing` is what must stand below the rows of the last page. The closing never stands alone
    as long as a row can be moved to it, and no single row is left for the last page. A row
    higher than a page gets a page of its own.
    """
    pages: list[range] = []
    count = len(heights)
    start, room = 0, first
    rest = sum(heights)
    while rest + closing > room and start < count:
        stop, used = start + 1, heights[start]
        while stop < count and used + heights[stop] <= room:
            used += heights[stop]
            stop += 1
        if count - stop < 2:
            stop = max(start + 1, min(stop, count - 2))
        rest -= sum(heights[start:stop])
        pages.append(range(start, stop))
        start, room = stop, other
    pages.append(range(start, count))
    return pages
