"""`make fuzz-sinks`: takes each call of redact away in turn and lets `haulier doctor leaks` hunt.

A call is needed where a secret then gets through, or where the hunt no longer comes to an end. One
that stands behind another, as a second line, is told as such: taking it away alone leaks nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.redact_calls import SOURCE, Call, calls, without

_CHECK_FAILED = 6


def main() -> None:
    """A line for each call."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for call in calls():
        if wanted in call.name:
            print(f"{_verdict(call):<12} {call.name}", flush=True)


def _verdict(call: Call) -> str:
    with TemporaryDirectory(prefix="haulier-sinks-") as folder:
        copy = Path(folder, "haulier")
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / call.path).write_text(without(call))
        Path(folder).chmod(0o755)
        ended = subprocess.run(
            [sys.executable, "-m", "haulier", "doctor", "leaks"],
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            check=False,
            timeout=300,
        )
    if ended.returncode == 0:
        return "second line"
    return "leaks" if ended.returncode == _CHECK_FAILED else "breaks"


if __name__ == "__main__":
    main()
