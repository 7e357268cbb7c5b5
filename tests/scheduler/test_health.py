"""What the health page is told of jobs."""

from datetime import timedelta

from privacy.scheduler.job import Job
from privacy.scheduler.runner import Runner


def test_a_job_that_failed_is_named_until_it_works_again(database, clock):
    broken = [True]

    def work():
        if broken[0]:
            raise RuntimeError("no data of anybody")

    runner = Runner(database, [Job("mend", timedelta(minutes=1), work)], clock)
    assert runner.fault() is None
    runner.run_due()
    assert runner.fault() == "Failed when last run: mend."
    broken[0] = False
    clock.advance(minutes=1)
    runner.run_due()
    assert runner.fault() is None
