"""The page of statuses and events."""

from collections.abc import Iterator

from writers.tables import glossary, table

from haulier.domain.lifecycle import TRANSITIONS
from haulier.domain.outcomes import NEVER_RETRIED, Category
from haulier.domain.states import FINAL_STATUSES, EventType, Status


def lifecycle_page() -> Iterator[str]:
    """Statuses, events, the diagram, and why attempts fail."""
    yield "# Statuses and events"
    yield ""
    yield "## Statuses"
    yield ""
    statuses = glossary("Statuses")
    yield from table(
        ("Status", "Final", "May be followed by", "Meaning"),
        (
            (
                f"`{status}`",
                "yes" if status in FINAL_STATUSES else "",
                ", ".join(f"`{after}`" for after in sorted(TRANSITIONS[status])),
                statuses[status.value],
            )
            for status in Status
        ),
    )
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "  [*] --> queued"
    yield "  [*] --> scheduled"
    for source in Status:
        for target in sorted(TRANSITIONS[source]):
            yield f"  {source} --> {target}"
        if source in FINAL_STATUSES:
            yield f"  {source} --> [*]"
    yield "```"
    yield ""
    yield "Input also takes `created` for `queued`, `processing` for `running`,"
    yield "`done` and `succeeded` for `completed`, and `canceled` for `cancelled`."
    yield ""
    yield "## Events"
    yield ""
    yield "The events of a job are numbered 1..n without a gap. The last three below end a job:"
    yield "every ended job has exactly one of them, and it is its last."
    yield ""
    events = glossary("Events")
    yield from table(("Event", "Meaning"), ((f"`{one}`", events[one.value]) for one in EventType))
    yield ""
    yield "## Why attempts fail"
    yield ""
    yield "The category of a failure decides whether it is tried again."
    yield ""
    categories = glossary("Categories of failures")
    yield from table(
        ("Category", "Tried again", "Meaning"),
        (
            (f"`{one}`", "no" if one in NEVER_RETRIED else "yes", categories[one.value])
            for one in Category
        ),
    )
