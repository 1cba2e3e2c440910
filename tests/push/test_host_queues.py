"""Work of one host is queued, and does not delay the work of other hosts."""

import threading
from collections import Counter

from feedsvc.push.host_queues import HostQueues
from tests.support.running import wait_until


def test_a_host_runs_so_much_at_a_time_and_other_hosts_go_on() -> None:
    queues = HostQueues(threads=4, most_of_host=2)
    release = threading.Event()
    done: list[str] = []

    def wait() -> None:
        release.wait(20)
        done.append("slow")

    for _ in range(3):
        queues.add("slow", wait)
    queues.add("fast", lambda: done.append("fast"))
    wait_until(lambda: done == ["fast"], "the other host")
    wait_until(lambda: queues.queued() == Counter(slow=3), "three queued or running")
    release.set()
    wait_until(lambda: not queues.queued(), "the end")
    assert done == ["fast", "slow", "slow", "slow"]


def test_work_of_a_host_starts_in_order() -> None:
    queues = HostQueues(threads=4, most_of_host=1)
    done: list[int] = []
    for number in range(20):
        queues.add("one", lambda n=number: done.append(n))  # type: ignore[misc]
    wait_until(lambda: len(done) == 20, "all of it")
    assert done == list(range(20))


def test_a_closed_queue_starts_nothing_more() -> None:
    queues = HostQueues(threads=4, most_of_host=1)
    release = threading.Event()
    done: list[str] = []
    queues.add("one", lambda: release.wait(20))  # type: ignore[arg-type]
    queues.add("one", lambda: done.append("second"))
    queues.close()
    release.set()
    wait_until(lambda: not queues.queued(), "the end")
    assert done == []


def test_a_fault_does_not_stop_the_queue() -> None:
    queues = HostQueues(threads=1, most_of_host=1)
    done: list[str] = []
    queues.add("one", lambda: 1 // 0)  # type: ignore[arg-type]
    queues.add("one", lambda: done.append("second"))
    wait_until(lambda: done == ["second"], "the next work")
