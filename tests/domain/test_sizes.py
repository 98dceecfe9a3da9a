"""Sizes as people write them."""

import pytest

from haulier.domain.sizes import parse_size
from haulier.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "size"),
    [("1B", 1), ("64KB", 65_536), ("64KiB", 65_536), ("512 MB", 512 << 20), ("2GiB", 2 << 30)],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert parse_size(text) == size
    assert parse_size(size) == size


@pytest.mark.parametrize(
    "text", ["", "0MB", "-1MB", "512", "1.5GB", "1TB", "512mb", "9" * 13 + "GB", "٣MB", 0, -5]
)
def test_anything_else_is_refused(text: str | int) -> None:
    with pytest.raises(InvalidInput):
        parse_size(text)
