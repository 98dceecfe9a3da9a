"""The options of `haulier dlq`, each once."""

from datetime import timedelta
from typing import Annotated, TypeAlias

import typer

from haulier.cli.durations import parse_duration

LetterArgument: TypeAlias = Annotated[str, typer.Argument(metavar="ID", help="job_...")]
LetterOrNone: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="job_...; without it, filters choose.")
]
CategoryFilter: TypeAlias = Annotated[
    str | None, typer.Option("--category", help="Such as timeout, network or validation.")
]
RegionFilter: TypeAlias = Annotated[str | None, typer.Option("--region", help="Only this region.")]
FingerprintFilter: TypeAlias = Annotated[
    str | None, typer.Option("--fingerprint", help="Only failures that are alike.")
]
OpenFilter: TypeAlias = Annotated[
    bool, typer.Option("--open", help="Only those that were not replayed.")
]
NewArgsOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--args", metavar="JSON|@FILE|-", help="In place of what the job was given."),
]
AllOption: TypeAlias = Annotated[
    bool, typer.Option("--all", help="Every letter: needed where no filter chooses.")
]
RateOption: TypeAlias = Annotated[
    float | None, typer.Option(min=0.001, max=10_000, help="Jobs a second; else all at once.")
]
DryRunOption: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Count, and change nothing.")
]
BatchOption: TypeAlias = Annotated[
    int | None, typer.Option("--limit", min=1, max=1000, help="At most so many; else 1000.")
]
GroupLimitOption: TypeAlias = Annotated[int, typer.Option("--limit", min=1, max=200)]
OlderThanOption: TypeAlias = Annotated[
    timedelta,
    typer.Option(parser=parse_duration, metavar="DURATION", help="Such as 30d; 0 is every age."),
]
