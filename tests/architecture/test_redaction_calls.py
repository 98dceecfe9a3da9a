"""Which calls of redact stand between secrets and what is kept. None goes without notice."""

import ast
from collections import Counter

import pytest
from fuzz.redact_calls import Call, calls, without

CALLS = {
    "api/middleware.py _is_request_id: given",
    "api/middleware.py _user_agent: shown",
    "api/problems.py _problem: detail",
    "api/problems.py _problem: request.url.path",
    "api/problems.py _problem: item.pointer",
    "api/problems.py _problem: item.detail",
    "api/v1/job_actions.py _cancel: body.reason",
    "handlers/site_audits/redaction.py redacted: report.target.input",
    "handlers/site_audits/redaction.py redacted: report.target.final_url",
    "handlers/site_audits/redaction.py redacted: one.url",
    "handlers/site_audits/redaction.py redacted: one.message",
    "handlers/site_audits/redaction.py _finding: finding.message",
    "handlers/site_audits/redaction.py _finding: finding.data",
    "handlers/site_audits/redaction.py _page: page.url",
    "handlers/site_audits/redaction.py _optional: text",
    "services/jobs.py cancel: reason",
    "services/new_jobs.py _check_labels: key",
    "services/new_jobs.py _check_labels: value",
    "telemetry/logs.py redact_line: str(line)",
    "worker/claimer.py run: error",
    "worker/context.py _shorten: redact_text(message[:_MAX_READ])[:MAX_MESSAGE]",
    "worker/context.py _shorten: message[:_MAX_READ]",
    "worker/context.py progress: data",
    "worker/context.py log: data",
    "worker/executor.py _completed: value.reason",
    "worker/failures.py timed_out: f'The attempt was stopped after {seconds:g} s, its",
    "worker/failures.py used_up: f'The worker was lost in each of {attempts} attemp",
    "worker/failures.py _failed: error",
    "worker/failures.py _safe: text",
    "worker/failures.py _shorten: f'{text[:half]}\\n... shortened ...\\n{text[-half:]}",
    "worker/leases.py _keep: error",
    "worker/loops.py every: error",
}
"""By file, function and what is given. A call that is added or taken away is added or taken away
here on purpose, with what it guards in the hunt of `haulier doctor leaks`."""


def test_every_call_of_redact_is_known_and_in_its_place() -> None:
    """S0-FR6b: taking any one call away is noticed here, adding one as well."""
    found = Counter(call.name for call in calls())

    assert set(found) == CALLS
    assert not [name for name, count in found.items() if count > 1]


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.name)
def test_a_call_can_be_taken_away_for_the_hunt(call: Call) -> None:
    """What `make fuzz-sinks` runs is the same file less exactly one call."""
    text = without(call)

    before = sum(one.path == call.path for one in calls())
    calls_left = [node for node in ast.walk(ast.parse(text)) if _is_redaction(node)]
    assert len(calls_left) == before - 1


def _is_redaction(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"redact", "redact_text", "redact_exception"}
        and not isinstance(node.args[0], ast.Constant)
    )
