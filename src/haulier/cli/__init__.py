"""The command line."""

import os
import sys


def main() -> None:
    """Runs the command that the arguments name, and exits with its code."""
    try:
        from haulier.cli.app import run  # inside, so that Ctrl-C is quiet from the beginning

        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except BrokenPipeError:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        _forget_output()
    sys.exit(code)


_INTERRUPTED = 130


def _forget_output() -> None:
    """What is still buffered goes nowhere: at exit it would complain of the missing reader."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
