"""What redaction costs and catches, beside two public redactors."""

import random
import time
from collections.abc import Callable, Sequence

from bench.figures import Figure
from bench.redactors import REDACTORS, Redactor
from redact.corpus import Case, positives, survivors
from redact.ordinary import ordinary
from redact.test_cost import GRAMMAR

_LINES = 20_000
_WORST_BYTES = 100_000
_MAPPING = {
    "event": "job.attempt",
    "job_id": "job_01930f6e7c6a7d0c8a51a0e0a2b6c1d4",
    "attempt": 3,
    "elapsed_ms": 412.7,
    "url": "https://shop.example/products?page=2",
    "headers": {"Authorization": "Bearer " + "a1B2" * 8, "Accept": "*/*"},
    "message": "could not connect to postgres://app:s3cr3t" + "@db:5432/app",
    "tags": ["eu", "nightly"],
}


def measure() -> list[Figure]:
    """Rates first, then recall and kept negatives, ours by family too."""
    lines = _log_lines()
    figures = [_rate(one, lines) for one in REDACTORS]
    figures += [_mapping(one) for one in REDACTORS]
    figures += [_worst(one) for one in REDACTORS]
    cases, kept = list(positives()), [value for value in ordinary() if isinstance(value, str)]
    figures += [_recall(one, cases) for one in REDACTORS]
    figures += [_kept(one, kept) for one in REDACTORS]
    return figures + _families(REDACTORS[0], cases)


def _rate(redactor: Redactor, lines: Sequence[str]) -> Figure:
    sample = lines if redactor.name != "betterleaks" else lines[:1000]
    size = sum(len(line.encode()) for line in sample)
    rate = size / _best(lambda: [redactor.text(line) for line in sample], 3) / 1e6
    return Figure(
        name=f"redact: log lines, {redactor.name}",
        value=f"{rate:.1f} MB/s",
        beside="limit 20 MB/s" if redactor.name == "haulier" else "",
        data={"megabytes_per_second": rate},
    )


def _mapping(redactor: Redactor) -> Figure:
    rounds = 2000 if redactor.name == "haulier" else 200
    seconds = _best(lambda: [redactor.value(_MAPPING) for _ in range(rounds)], 3) / rounds
    return Figure(
        name=f"redact: small mapping, {redactor.name}",
        value=f"{seconds * 1e6:.0f} us",
        beside="limit 50 us" if redactor.name == "haulier" else "",
        data={"seconds": seconds},
    )


def _worst(redactor: Redactor) -> Figure:
    """The slowest of the hostile repeats, each a text of 100 kB."""
    pieces = GRAMMAR if redactor.name != "betterleaks" else GRAMMAR[::8]
    worst, text = 0.0, ""
    for piece in pieces:
        hostile = (piece * (_WORST_BYTES // len(piece.encode()) + 1))[:_WORST_BYTES]
        seconds = _best(lambda hostile=hostile: redactor.text(hostile), 2)
        if seconds > worst:
            worst, text = seconds, piece
    return Figure(
        name=f"redact: worst 100 kB, {redactor.name}",
        value=f"{worst * 1000:.1f} ms",
        beside=f"{'limit 50 ms, ' if redactor.name == 'haulier' else ''}of {text!r}",
        data={"seconds": worst},
    )


def _recall(redactor: Redactor, cases: Sequence[Case]) -> Figure:
    hidden = sum(_is_hidden(redactor, case) for case in cases)
    return Figure(
        name=f"redact: recall, {redactor.name}",
        value=f"{hidden / len(cases):.1%}",
        beside=f"{hidden} of {len(cases)} cases",
        data={"hidden": hidden, "cases": len(cases)},
    )


def _kept(redactor: Redactor, texts: Sequence[str]) -> Figure:
    kept = sum(redactor.text(text) == text for text in texts)
    return Figure(
        name=f"redact: negatives kept, {redactor.name}",
        value=f"{kept / len(texts):.1%}",
        beside=f"{kept} of {len(texts)} texts",
        data={"kept": kept, "texts": len(texts)},
    )


def _families(redactor: Redactor, cases: Sequence[Case]) -> list[Figure]:
    figures: list[Figure] = []
    for family in sorted({case.family for case in cases}):
        of_it = [case for case in cases if case.family == family]
        hidden = sum(_is_hidden(redactor, case) for case in of_it)
        figures.append(
            Figure(
                name=f"recall of {family}",
                value=f"{hidden / len(of_it):.1%}",
                beside=f"{hidden} of {len(of_it)}, {len({case.kind for case in of_it})} kinds",
                data={"hidden": hidden, "cases": len(of_it)},
            )
        )
    return figures


def _is_hidden(redactor: Redactor, case: Case) -> bool:
    shown = redactor.value(case.value)
    return not survivors(case.core, shown if isinstance(shown, str) else repr(shown))


def _log_lines() -> list[str]:
    """Lines of a service, one in twenty with a secret in it; the same in every run."""
    source = random.Random(20260101)
    secrets = [case.value for case in positives() if isinstance(case.value, str)]
    lines: list[str] = []
    for number in range(_LINES):
        words = f"id={source.getrandbits(64):016x} workspace=shop elapsed_ms={number % 997}"
        line = f'{{"at":"2026-01-01T00:00:{number % 60:02d}Z","event":"job.attempt {words}"}}'
        if number % 20 == 0:
            line += f" {source.choice(secrets)}"
        lines.append(line)
    return lines


def _best(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the quickest round: what others do on the machine only adds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best
