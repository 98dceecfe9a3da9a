"""The options of `haulier jobs`, each once."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from haulier.cli.durations import parse_duration
from haulier.cli.job_args import read_time

KindArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="KIND", help="site.audit, or with a version site.audit@1.")
]
JobIdArgument: TypeAlias = Annotated[str, typer.Argument(metavar="ID", help="job_...")]
ArgsOption: TypeAlias = Annotated[
    str, typer.Option("--args", metavar="JSON|@FILE|-", help="What the job is given.")
]
QueueOption: TypeAlias = Annotated[str | None, typer.Option(help="Instead of the kind's own.")]
PriorityOption: TypeAlias = Annotated[
    str | None, typer.Option(help="0 (first) to 9, or critical, high, normal, low.")
]
DelayOption: TypeAlias = Annotated[
    timedelta | None,
    typer.Option(parser=parse_duration, metavar="DURATION", help="From now, such as 10m."),
]
AtOption: TypeAlias = Annotated[
    datetime | None,
    typer.Option(parser=read_time, metavar="TIME", help="ISO 8601; local without an offset."),
]
LabelOption: TypeAlias = Annotated[
    list[str] | None, typer.Option("--label", metavar="KEY=VALUE", help="May be given again.")
]
DedupeKeyOption: TypeAlias = Annotated[
    str | None, typer.Option(help="Jobs with the same key are the same work.")
]
NoDedupeOption: TypeAlias = Annotated[
    bool, typer.Option("--no-dedupe", help="Do it again even if the same was done.")
]
WaitOption: TypeAlias = Annotated[
    bool, typer.Option("--wait", help="Follow it to its end; exit 1 unless it completed.")
]
StatusFilter: TypeAlias = Annotated[
    str | None, typer.Option("--status", help="Such as queued, running or failed.")
]
KindFilter: TypeAlias = Annotated[str | None, typer.Option("--kind", help="Only this kind.")]
QueueFilter: TypeAlias = Annotated[str | None, typer.Option("--queue", help="Only this queue.")]
LimitOption: TypeAlias = Annotated[int, typer.Option(min=1, help="At most so many.")]
FollowOption: TypeAlias = Annotated[
    bool, typer.Option("--follow", "-f", help="Go on until the job ends.")
]
OutputOption: TypeAlias = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to this file, whole or not at all.")
]
ReasonOption: TypeAlias = Annotated[str, typer.Option(help="Kept with the job's events.")]
