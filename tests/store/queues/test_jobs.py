"""Jobs in the store, on both engines: what calls become, and how jobs end."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.core.webhook.jobs import Job
from feedsvc.store.queues.jobs import MOST_KEPT, REMEMBERED
from feedsvc.store.store import Store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)
SECOND = timedelta(seconds=1)


def ask(store: Store, now: datetime = NOW, **more: str) -> Job:
    return store.jobs.enqueue(now, **more)[0]  # type: ignore[arg-type]  # kinds are strings


def put_off(store: Store, job: Job, until: datetime = LATER) -> None:
    store.jobs.begin([job.name], NOW)
    store.jobs.fail(job, "held", "the remote is away", until, NOW)


def of(store: Store, job: Job) -> Job:
    found = store.jobs.named(job.name)
    assert found is not None
    return found


def waiting(store: Store, now: datetime = NOW) -> list[str]:
    return [job.name for job in store.jobs.waiting(now)]


def test_a_call_queues_a_job(either_store: Store) -> None:
    job, is_new = either_store.jobs.enqueue(NOW)
    assert is_new
    assert job == Job(job.name, "rebuild", "", "queued", 1, NOW, None, None, 0, NOW, "", "")
    assert of(either_store, job) == job
    assert waiting(either_store) == [job.name]


def test_calls_join_the_job_that_has_not_begun(either_store: Store) -> None:
    first = ask(either_store)
    for _ in range(2):
        ask(either_store, LATER)
    assert [job.calls for job in either_store.jobs.newest(9)] == [3]
    assert of(either_store, first).asked_at == NOW


def test_a_call_during_a_build_gets_another_one(either_store: Store) -> None:
    first = ask(either_store)
    either_store.jobs.begin([first.name], NOW)
    second = ask(either_store)
    assert second.name != first.name
    assert waiting(either_store) == [second.name]
    assert of(either_store, first).begun_at == NOW


def test_previews_of_one_change_are_one_job_and_no_rebuild(either_store: Store) -> None:
    rebuild = ask(either_store)
    one = ask(either_store, kind="preview", ref="refs/pull/1/head")
    two = ask(either_store, kind="preview", ref="refs/pull/2/head")
    again = ask(either_store, kind="preview", ref="refs/pull/1/head")
    assert again.name == one.name
    assert waiting(either_store) == [rebuild.name, one.name, two.name]


def test_a_message_that_is_received_twice_gives_the_same_job(either_store: Store) -> None:
    job, _ = either_store.jobs.enqueue(NOW, message="github 1")
    assert either_store.jobs.enqueue(NOW, message="github 1") == (job, False)
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.end([job.name], "{}", NOW)
    job_now, is_new = either_store.jobs.enqueue(LATER, message="github 1")
    assert (job_now.name, job_now.state, is_new) == (job.name, "done", False)
    assert either_store.jobs.enqueue(LATER, message="github 2")[1]


@pytest.mark.parametrize("message", ["", "github 1"])
def test_simultaneous_calls_give_one_job(either_store: Store, message: str) -> None:
    threads = 6
    together = threading.Barrier(threads)
    answers: list[tuple[str, bool]] = []

    def call() -> None:
        together.wait()
        job, is_new = either_store.jobs.enqueue(NOW, message=message)
        answers.append((job.name, is_new))

    for thread in (calls := [threading.Thread(target=call) for _ in range(threads)]):
        thread.start()
    for thread in calls:
        thread.join()
    assert len({name for name, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == (1 if message else threads)
    assert either_store.jobs.newest(9)[0].calls == (1 if message else threads)


def test_a_job_that_is_done_has_its_report(either_store: Store) -> None:
    job = ask(either_store)
    put_off(either_store, job, NOW)
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.end([job.name], '{"refused": 0}', LATER)
    done = of(either_store, job)
    assert (done.state, done.ended_at, done.report, done.error) == (
        *("done", LATER),
        *('{"refused": 0}', ""),
    )
    assert waiting(either_store, LATER) == []


def test_a_held_job_waits_until_it_is_due(either_store: Store) -> None:
    job = ask(either_store)
    put_off(either_store, job)
    held = of(either_store, job)
    assert (held.state, held.attempts, held.error, held.next_attempt_at, held.ended_at) == (
        *("held", 1, "the remote is away"),
        *(LATER, None),
    )
    assert waiting(either_store, LATER - SECOND) == []
    assert waiting(either_store, LATER) == [job.name]


def test_a_call_makes_a_held_job_due_now(either_store: Store) -> None:
    job = ask(either_store)
    put_off(either_store, job)
    assert ask(either_store).name == job.name
    woken = of(either_store, job)
    assert (woken.state, woken.calls, woken.attempts) == ("queued", 2, 0)
    assert waiting(either_store) == [job.name]


def test_a_job_that_failed_has_ended(either_store: Store) -> None:
    job = ask(either_store)
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.fail(job, "failed", "no such branch", LATER, LATER)
    failed = of(either_store, job)
    assert (failed.state, failed.ended_at, failed.error) == ("failed", LATER, "no such branch")
    assert waiting(either_store, LATER + SECOND) == []
    assert ask(either_store).name != job.name


def test_a_running_job_is_requeued_after_a_restart(either_store: Store) -> None:
    running, held = ask(either_store), ask(either_store, kind="preview")
    either_store.jobs.begin([running.name], NOW)
    put_off(either_store, held)
    either_store.jobs.requeue()
    assert waiting(either_store) == [running.name]
    assert of(either_store, held).state == "held"


def test_a_requeued_job_is_not_ended_by_the_watcher_that_began_it_first(
    either_store: Store,
) -> None:
    job = ask(either_store)
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.requeue()  # by another watcher that starts
    ask(either_store)
    either_store.jobs.end([job.name], "{}", LATER)
    either_store.jobs.fail(job, "failed", "late", LATER, LATER)
    assert of(either_store, job).state == "queued"


def test_a_job_that_another_watcher_has_done_is_not_begun(either_store: Store) -> None:
    job = ask(either_store)
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.end([job.name], "{}", NOW)
    either_store.jobs.begin([job.name], LATER)
    assert of(either_store, job).state == "done"


def test_a_build_ends_the_rebuilds_that_were_held_before_it_began(either_store: Store) -> None:
    job = ask(either_store)
    put_off(either_store, job)
    either_store.jobs.end_held("{}", NOW - SECOND, LATER)
    assert of(either_store, job).state == "held"
    either_store.jobs.end_held("{}", NOW, LATER)
    done = of(either_store, job)
    assert (done.state, done.report, done.error, done.ended_at) == ("done", "{}", "", LATER)


def test_a_build_does_not_end_a_rebuild_that_was_requested_since(either_store: Store) -> None:
    job = ask(either_store)
    put_off(either_store, job)
    ask(either_store, LATER)
    either_store.jobs.end_held("{}", NOW, LATER)
    assert of(either_store, job).state == "queued"


def test_a_message_is_deleted_after_a_day(either_store: Store) -> None:
    ask(either_store, message="github 1")
    either_store.jobs.forget_old(NOW + REMEMBERED)
    assert not either_store.jobs.enqueue(NOW, message="github 1")[1]
    either_store.jobs.forget_old(NOW + REMEMBERED + SECOND)
    assert either_store.jobs.enqueue(NOW, message="github 1")[1]


def test_the_last_jobs_and_the_jobs_of_stored_messages_are_kept(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_KEPT == 1000
    monkeypatch.setattr("feedsvc.store.queues.jobs.MOST_KEPT", 2)
    jobs = either_store.jobs
    open_one = ask(either_store, kind="preview")
    named = ask(either_store, message="github 1")
    ended = [named]
    for _ in range(4):
        jobs.begin([ended[-1].name], NOW)
        jobs.end([ended[-1].name], "{}", NOW)
        ended.append(ask(either_store))
    jobs.forget_old(NOW)
    kept = [job.name for job in jobs.newest(9)]
    assert kept == [*(job.name for job in ended[:1:-1]), named.name, open_one.name]
    assert jobs.enqueue(NOW, message="github 1") == (of(either_store, named), False)
    assert jobs.named(ended[1].name) is None
    jobs.forget_old(NOW + REMEMBERED + SECOND)
    assert jobs.named(named.name) is None


def test_the_newest_jobs_come_first(either_store: Store) -> None:
    names = [ask(either_store, kind="preview", ref=str(n)).name for n in range(4)]
    assert [job.name for job in either_store.jobs.newest(3)] == names[:0:-1]
