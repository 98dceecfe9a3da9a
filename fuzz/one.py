"""Runs one target for some seconds: `python -m fuzz.one TARGET SECONDS CORPUS FINDINGS`.

With atheris the inputs follow the coverage of haulier's own code and the corpus grows; without it
they are mutations of the seeds. An input that breaks a promise is left in the findings folder.
"""

import hashlib
import random
import sys
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None


def main() -> None:
    """Ends with an error where an input broke a promise."""
    name, seconds, corpus, findings = sys.argv[1:5]
    folder = Path(corpus, name)
    folder.mkdir(parents=True, exist_ok=True)
    Path(findings).mkdir(parents=True, exist_ok=True)
    if atheris is None:
        _mutate(name, float(seconds), Path(findings))
    else:
        _follow_coverage(name, int(float(seconds)), folder, findings)


def _follow_coverage(name: str, seconds: int, folder: Path, findings: str) -> None:
    with atheris.instrument_imports(include=["haulier"], enable_loader_override=False):
        from fuzz.targets import TARGETS
    target = TARGETS[name]
    for seed in target.seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    limits = (f"-max_total_time={seconds}", "-timeout=20", "-max_len=4096", "-print_final_stats=1")
    atheris.Setup(
        [sys.argv[0], str(folder), *limits, f"-artifact_prefix={findings}/{name}-"], target.run
    )
    atheris.Fuzz()


def _mutate(name: str, seconds: float, findings: Path) -> None:
    from fuzz.mutation import inputs
    from fuzz.targets import TARGETS

    target = TARGETS[name]
    count = 0
    ends = time.monotonic() + seconds
    for data in inputs(target, random.Random(time.time_ns())):
        count += 1
        try:
            target.run(data)
        except BaseException:
            (findings / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
            raise
        if time.monotonic() > ends:
            break
    sys.stderr.write(f"stat::number_of_executed_units: {count}\n")


main()
