"""The part of the HTTP interface that the client uses, kept in memory.

It records every request and can be told to misbehave: each entry of `script` answers one request
in place of the contract.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JOB_ID = "job_06f0q2k3m8x7v9a1b2c3d4e5f6"
AT = "2026-01-31T09:30:00.000Z"
FINAL = {"completed", "failed", "cancelled"}

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer to send; `promised` overrides the Content-Length that is told."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    promised: int | None = None


@dataclass
class KeptJob:
    """A job of this server."""

    kind: str = "demo.hello"
    status: str = "queued"
    events: list[Json] = field(default_factory=list[Json])
    result: bytes | None = None
    request: Json = field(default_factory=dict[str, object])


Conduct: TypeAlias = "Callable[[Contract, Asked], Answer | None]"


def problem(status: int, code: str, **more: object) -> Answer:
    """A refusal by RFC 9457."""
    headers = {"Content-Type": "application/problem+json"}
    retry_after = more.pop("retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    body = {"title": code, "status": status, "code": code, "detail": f"refused: {code}"}
    body |= {"request_id": "req_1", **more}
    return Answer(status=status, body=json.dumps(body).encode(), headers=headers)


def say(answer: Answer) -> Conduct:
    """Answers one request like this."""
    return lambda _server, _asked: answer


def drop(_server: "Contract", _asked: Asked) -> Answer | None:
    """Closes the connection without an answer and without doing anything."""
    return None


def lose_answer(server: "Contract", asked: Asked) -> Answer | None:
    """Does what was asked, and loses the answer on the way."""
    server.answer(asked)
    return None


class Contract:
    """The state behind the socket; tests read and change it freely."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.jobs: dict[str, KeptJob] = {}
        self.script: list[Conduct] = []
        self.cuts: list[int] = []
        """For each coming event stream: after how many events the connection breaks."""
        self.page_size = 2
        self.keys: dict[str, Answer] = {}
        self.changed = threading.Condition()

    def add_job(self, job_id: str = JOB_ID, *types: str, **values: object) -> KeptJob:
        job = KeptJob()
        for name, value in values.items():
            setattr(job, name, value)
        self.jobs[job_id] = job
        for word in types or ("queued",):
            self.add_event(job_id, word)
        return job

    def add_event(self, job_id: str, word: str, **data: object) -> None:
        job = self.jobs[job_id]
        with self.changed:
            seq = len(job.events) + 1
            event: Json = {"seq": seq, "job_id": job_id, "at": AT, "type": word, "attempt": 1}
            job.events.append(event | {"data": data, "trace_id": None})
            if word not in {"progress", "log", "step"}:
                job.status = word
            self.changed.notify_all()

    def answer(self, asked: Asked) -> Answer:
        """What the contract says."""
        match asked.method, asked.path.strip("/").split("/"):
            case "POST", ["v1", "jobs"]:
                return self._enqueue(asked)
            case "POST", ["v1", "site-audits"]:
                made = json.loads(self._enqueue(asked).body)
                return _json({"audit_id": made["id"], "job": made, "duplicate": False}, 202)
            case "GET", ["v1", "jobs"]:
                return self._list(asked)
            case "GET", ["v1", "kinds"]:
                return _json({"data": [_kind("demo.hello")], "has_more": False})
            case "GET", ["v1", "kinds", "demo.hello"]:
                return _json(_kind("demo.hello"))
            case "GET", ["health", "ready"]:
                return _json({"status": "ready", "database": "ok"})
            case method, ["v1", "jobs", job_id, *rest] if job_id in self.jobs:
                return self._one(method, job_id, rest, asked)
            case _:
                return problem(404, "not_found")

    def _enqueue(self, asked: Asked) -> Answer:
        key = asked.headers.get("idempotency-key", "")
        if key not in self.keys:
            job_id = f"job_{len(self.jobs):026}"
            self.add_job(job_id, kind=asked.json.get("kind", "site.audit"), request=asked.json)
            self.keys[key] = _json(_acknowledgement(job_id, self.jobs[job_id]), 202)
        return self.keys[key]

    def _list(self, asked: Asked) -> Answer:
        wanted = asked.query.get("status")
        found = [
            self._job(job_id) for job_id, job in self.jobs.items() if wanted in {None, job.status}
        ]
        start = int(asked.query.get("cursor", "0"))
        end = start + int(asked.query.get("limit", self.page_size))
        more = end < len(found)
        page: Json = {"data": found[start:end], "has_more": more}
        return _json(page | {"next_cursor": str(end) if more else None})

    def _one(self, method: str, job_id: str, rest: list[str], asked: Asked) -> Answer:
        job = self.jobs[job_id]
        match method, rest:
            case "GET", []:
                return _json(self._job(job_id))
            case "GET", ["events"]:
                events = job.events[int(asked.query.get("after", "0")) :]
                page: Json = {"data": events[: self.page_size]}
                return _json(page | {"has_more": len(events) > self.page_size})
            case "GET", ["result"] if job.result is not None:
                return Answer(body=job.result)
            case "GET", ["result"]:
                code = "job_failed" if job.status in FINAL else "result_not_ready"
                return problem(404, code)
            case "POST", ["cancel"]:
                if job.status not in FINAL:
                    self.add_event(job_id, "cancelled")
                return _json(self._job(job_id), 202)
            case "POST", ["retry"] if job.status in {"failed", "cancelled"}:
                return _json(_acknowledgement(job_id, job), 202)
            case "POST", ["retry"]:
                return problem(409, "invalid_transition")
            case _:
                return problem(404, "not_found")

    def _job(self, job_id: str) -> Json:
        job = self.jobs[job_id]
        return {
            "id": job_id,
            "kind": job.kind,
            "version": 1,
            "queue": "default",
            "priority": 5,
            "status": job.status,
            "attempt": 1,
            "max_attempts": 5,
            "progress": {"fraction": 0.5, "message": "half", "data": {}},
            "args": {"name": "Ada"},
            "labels": {"region": "eu"},
            "created_at": AT,
            "run_at": None,
            "started_at": AT,
            "finished_at": AT if job.status in FINAL else None,
            "error": {"category": "permanent", "type": "ValueError", "message": "no such page"}
            if job.status == "failed"
            else None,
            "retried_from": None,
            "links": {"a_field": "of a later release"},
        }


def _acknowledgement(job_id: str, job: KeptJob) -> Json:
    return {
        "id": job_id,
        "kind": job.kind,
        "queue": "default",
        "priority": 5,
        "status": "queued",
        "created_at": AT,
        "run_at": AT,
        "duplicate": False,
    }


def _kind(name: str) -> Json:
    return {
        "name": name,
        "version": 1,
        "description": "Says hello.",
        "queue": "default",
        "args_schema": {"type": "object"},
        "result_schema": {},
    }


def _json(body: Mapping[str, object], status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(body).encode())
