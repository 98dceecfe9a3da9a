"""An exception as text, whatever its author did to it."""

import traceback

_LONGEST_CHARACTERS = 1_000_000


def render_exception(error: BaseException) -> str:
    """What `traceback` prints for the error with its causes and notes.

    At most a million characters: of longer ones the middle is left out.
    """
    rendered = "".join(traceback.format_exception(error)).rstrip("\n")
    if len(rendered) <= _LONGEST_CHARACTERS:
        return rendered
    half = _LONGEST_CHARACTERS // 2
    return f"{rendered[:half]}\n[...]\n{rendered[-half:]}"
