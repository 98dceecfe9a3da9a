"""`FakeJob`, which users have for the tests of their own handlers."""

import asyncio
from dataclasses import dataclass

import msgspec
import pytest

from handlers.auditing import BRISK, policy_for
from haulier import JobContext, Permanent, handler
from haulier.errors import InvalidInput
from haulier.safefetch import Policy, Refused, TimedOut
from haulier.testing.broken_site import serve_broken_site
from haulier.testing.fake_job import FakeJob
from haulier.testing.site_server import serve_sample_site


@dataclass(frozen=True)
class Order:
    count: int = 1


@dataclass(frozen=True)
class Sum:
    total: int


def add(count: int) -> Sum:
    return Sum(total=count + 1)


@handler("shop.count")
async def count(job: JobContext, args: Order) -> Sum:
    """Counts."""
    await job.progress(0.5, "half", done=args.count)
    found = await job.step("add", add, args.count)
    await job.progress(0.2, "no way back")
    await job.log("added", total=found.total)
    return found


@handler("shop.count_in_thread")
def count_in_thread(job: JobContext, args: Order) -> object:
    """Counts, as a plain function."""
    return job.step("add", add, args.count)


@handler("shop.wait")
async def wait(job: JobContext) -> None:
    """Waits for ever."""
    await job.progress(0.1)
    await asyncio.Event().wait()


async def test_it_runs_a_handler_and_keeps_what_it_told() -> None:
    async with FakeJob() as job:
        result = await job.run(count, Order(count=2))

    assert result == Sum(total=3)
    assert [(told.fraction, told.message) for told in job.told] == [
        (0.5, "half"),
        (0.5, "no way back"),
    ]
    assert job.told[0].data == {"done": 2}
    assert [(line.message, line.data) for line in job.logs] == [("added", {"total": 3})]
    assert job.steps == {"add": '{"total":3}'}


async def test_the_next_attempt_gets_the_steps_of_the_first() -> None:
    async with FakeJob(steps={"add": '{"total":41}'}, attempt=2) as job:
        assert await job.run(count, Order(count=2)) == Sum(total=41)

    assert job.attempt == 2


async def test_a_plain_function_runs_in_a_thread() -> None:
    async with FakeJob() as job:
        assert await job.run(count_in_thread, Order(count=4)) == Sum(total=5)


async def test_args_go_through_json_as_on_their_way_to_a_worker() -> None:
    async with FakeJob() as job:
        assert await job.run(count) == Sum(total=2)
        with pytest.raises(msgspec.ValidationError):
            await job.run(count, {"count": "two"})


async def test_a_step_has_a_name_of_its_own() -> None:
    async with FakeJob() as job:
        await job.step("one", add, 1)
        with pytest.raises(InvalidInput):
            await job.step("one", add, 1)
        with pytest.raises(InvalidInput):
            await job.step("", add, 1)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
async def test_progress_is_a_fraction(fraction: float) -> None:
    async with FakeJob() as job:
        with pytest.raises(InvalidInput):
            await job.progress(fraction)


async def test_what_a_handler_tells_is_redacted() -> None:
    secret = "ghp_" + "a1B2" * 9

    async with FakeJob() as job:
        await job.progress(0.1, f"using {secret}", token=secret)
        await job.log(f"used {secret}", header=f"Bearer {secret}")

    assert secret not in repr((job.told, job.logs))


async def test_a_cancelled_handler_is_cut_at_its_next_await() -> None:
    async with FakeJob() as job, asyncio.timeout(10), asyncio.TaskGroup() as tasks:

        async def cancel() -> None:
            while not job.told:  # noqa: ASYNC110 - a list has no event to wait for
                await asyncio.sleep(0)
            job.cancel()

        tasks.create_task(cancel())
        with pytest.raises(asyncio.CancelledError):
            await job.run(wait)
        assert job.cancelled


async def test_errors_of_the_handler_come_through() -> None:
    @handler("shop.broken")
    async def broken(_job: JobContext) -> None:
        """Fails."""
        raise Permanent("no such order", category="not_found")

    async with FakeJob() as job:
        with pytest.raises(Permanent, match="no such order"):
            await job.run(broken)


async def test_fetches_are_real_and_under_the_policy() -> None:
    async with serve_sample_site("sound") as site:
        policy = policy_for([site.https_url])
        async with FakeJob(policy=policy, trust=site.ca_file) as open_job, FakeJob() as strict:
            page = await open_job.fetch(site.https_url)
            seen = await open_job.inspect_tls(site.https_url)
            with pytest.raises(Refused):
                await strict.fetch("http://127.0.0.1/")

    assert b"Harbour Lane" in page.body
    assert seen.trusted


async def test_its_limits_are_a_ceiling() -> None:
    async with serve_broken_site() as broken:
        target = broken.targets["silent"]
        async with FakeJob(policy=policy_for([target.url]), limits=BRISK) as job:
            with pytest.raises(TimedOut):
                await job.fetch(target.url)


def test_its_workspace_has_a_proper_name() -> None:
    job = FakeJob(policy=Policy(), workspace_id="shop-1")

    assert job.workspace_id == "shop-1"
    assert job.job_id.startswith("job_")
