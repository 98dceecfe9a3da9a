"""Undoes at most one content coding, into a bounded buffer."""

import zlib
from collections.abc import Sequence

from haulier.safefetch.errors import ProtocolBroken, TooLarge
from haulier.safefetch.policy import Limits

ACCEPT_ENCODING = "gzip, deflate"

_STEP_BYTES = 64 * 1024
# Empty gzip members and tiny chunks cost a server a few bytes, and its reader much more in time.
_MAX_MEMBERS = 1024
_MAX_PIECES = 65536
_SMALL_PIECE_BYTES = 16
_WINDOW_BITS = {"gzip": 31, "deflate": 15}
_RAW = -15


class Body:
    """Gathers a body: what came over the wire is decoded piece by piece, never beyond the limits.

    With `truncates`, reaching a limit of size ends the body; otherwise it raises TooLarge.
    """

    def __init__(self, coding: str | None, limits: Limits, *, truncates: bool) -> None:
        self._coding = coding
        self._limits = limits
        self._truncates = truncates
        self._decoder = zlib.decompressobj(_WINDOW_BITS[coding]) if coding else None
        self._content = bytearray()
        self._members = 1
        self._pieces = 0
        self.wire_bytes = 0
        self.truncated = False

    def feed(self, data: bytes) -> bool:
        """Take a piece; False when no more is wanted. Raises TooLarge or ProtocolBroken."""
        if self._coding == "deflate" and self.wire_bytes == 0 and not _looks_like_zlib(data):
            # RFC 9110 8.4.1.2 notes that some servers send the format without its wrapper.
            self._decoder = zlib.decompressobj(_RAW)
        self.wire_bytes += len(data)
        self._pieces += 1
        if self._pieces > _MAX_PIECES and self.wire_bytes < self._pieces * _SMALL_PIECE_BYTES:
            self._overflow("pieces")
        unfinished = bool(data)
        while unfinished and not self.truncated:
            data, unfinished = self._step(data)
        return not self.truncated

    def finish(self) -> bytes:
        """Return the whole body. Raises ProtocolBroken where the coding ends too early."""
        is_cut_short = self._decoder is not None and not self._decoder.eof
        if is_cut_short and self.wire_bytes and not self.truncated:
            raise ProtocolBroken("truncated_coding")
        content = bytes(self._content)
        self._content = bytearray()
        return content

    def _step(self, data: bytes) -> tuple[bytes, bool]:
        """Decode one bounded piece; return the input that is left and whether to go on."""
        if self._decoder is None:
            self._append(data)
            return b"", False
        if self._decoder.eof:
            return self._next_member(data)
        try:
            piece = self._decoder.decompress(data, _STEP_BYTES)
        except zlib.error:
            raise ProtocolBroken("content_coding") from None
        self._append(piece)
        rest = self._decoder.unconsumed_tail or self._decoder.unused_data
        self._check_ratio(self.wire_bytes - len(rest))
        # A full piece may leave output inside the decoder although all input is taken.
        return rest, bool(rest) or (len(piece) == _STEP_BYTES and not self._decoder.eof)

    def _next_member(self, data: bytes) -> tuple[bytes, bool]:
        """Begin the next gzip member (RFC 1952 2.2); what else follows the end is ignored."""
        if self._coding != "gzip" or not data.startswith(b"\x1f"):
            return b"", False
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise ProtocolBroken("content_coding")
        self._decoder = zlib.decompressobj(_WINDOW_BITS["gzip"])
        return data, True

    def _append(self, piece: bytes) -> None:
        room = self._limits.decoded_bytes - len(self._content)
        if len(piece) > room:
            self._overflow("decoded_bytes")
        self._content += piece[:room]

    def _check_ratio(self, consumed_bytes: int) -> None:
        size = len(self._content)
        if size > self._limits.ratio_floor_bytes and size > self._limits.ratio * consumed_bytes:
            self._overflow("ratio")

    def _overflow(self, reason: str) -> None:
        if not self._truncates:
            raise TooLarge(reason)
        self.truncated = True


def content_coding(values: Sequence[str]) -> str | None:
    """Return `gzip`, `deflate` or None from the Content-Encoding fields of an answer.

    Raises ProtocolBroken for more than one coding and for codings that were not asked for.
    """
    words = [word.strip().lower() for value in values for word in value.split(",")]
    codings = [word for word in words if word not in {"", "identity"}]
    if not codings:
        return None
    if len(codings) > 1:
        raise ProtocolBroken("content_codings")
    if codings[0] in {"gzip", "x-gzip"}:
        return "gzip"
    if codings[0] == "deflate":
        return "deflate"
    raise ProtocolBroken("content_coding")


def _looks_like_zlib(data: bytes) -> bool:
    """Check the two header bytes of RFC 1950 2.2."""
    method_is_deflate = data[0] & 0x0F == zlib.DEFLATED
    return method_is_deflate and (len(data) == 1 or (data[0] << 8 | data[1]) % 31 == 0)
