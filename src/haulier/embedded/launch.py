"""Becomes a server program: drops root, ties its life to the parent's, then replaces itself.

Run as a script: `launch.py <parent pid> <uid or -> <gid or -> <signal> <program> <arguments...>`.

A script rather than a `preexec_fn`, because code between fork and exec may deadlock in a process
with threads, and because the tie to the parent (PR_SET_PDEATHSIG, prctl(2)) is lost whenever the
user changes, so it must come last. macOS has no such tie: there the next start ends the orphan.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZDIR")
"""Nothing else of our environment reaches the server: it may hold secrets, or PG* settings."""


def main(arguments: list[str]) -> None:
    """Never returns: executes the program or ends this process."""
    parent, uid, gid, signal, *command = arguments
    os.setsid()  # Ctrl-C in the terminal is ours alone: we then stop the server in good order
    os.umask(0o077)
    os.chdir("/")
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        die_with_parent(int(parent), int(signal))
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    os.execve(command[0], command, {**environment, "LC_ALL": "C"})  # noqa: S606  # no shell is meant


def die_with_parent(parent: int, signal: int) -> None:
    """Get `signal` when the process `parent` dies; ends at once when it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died before the tie was made
        sys.exit("The parent is gone.")


if __name__ == "__main__":
    main(sys.argv[1:])
