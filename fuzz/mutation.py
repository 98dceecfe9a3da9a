"""A small mutation engine: where there is no coverage to guide, pieces of the seeds do."""

import random
from collections.abc import Iterator

from fuzz.target import Target

_SIGNS = b"\0\n\r\t \"'\\/:@#?%&=+,;.<>[](){}|~^`$!*-_\x7f\x80\xc3\xff0a"
_MAX_BYTES = 4096


def inputs(target: Target, source: random.Random) -> Iterator[bytes]:
    """Seeds first, then mutations of what came before, without end."""
    pool = list(target.seeds)
    yield b""
    yield from pool
    while True:
        data = bytearray(source.choice(pool))
        for _ in range(source.randint(1, 6)):
            _mutate(data, pool, source)
        made = bytes(data[:_MAX_BYTES])
        if source.randrange(50) == 0:
            pool.append(made)
        if len(pool) > 500:
            del pool[len(target.seeds)]
        yield made


def _mutate(data: bytearray, pool: list[bytes], source: random.Random) -> None:
    start = source.randint(0, len(data))
    end = min(len(data), start + source.choice((0, 1, 2, 8, 64)))
    match source.randrange(6):
        case 0:
            del data[start:end]
        case 1:
            data[start:start] = data[start:end] * source.choice((1, 2, 30))
        case 2:
            data[start:end] = source.randbytes(end - start or 1)
        case 3:
            data[start:start] = bytes(source.choices(_SIGNS, k=source.randint(1, 4)))
        case 4:
            other = source.choice(pool)
            piece = source.randint(0, len(other))
            data[start:end] = other[piece : piece + source.choice((1, 4, 16, 256))]
        case _:
            text = source.choice(("\uff11", "\u3002", "\u00ad", "\u202e", "\ud7ff", "\U0001f4a9"))
            data[start:end] = text.encode()
