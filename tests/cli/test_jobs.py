"""`privacy jobs`."""

from pathlib import Path

from privacy.runtime import Runtime
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries


def test_every_job_is_named_with_its_turn(company: Path, privacy: Privacy):
    assert company.exists()
    listed = privacy("jobs", "list", "--json")
    assert listed.facts["verify-log"] == 86_400
    assert set(listed.facts) >= {"deliver-mail", "fulfil-access", "expire-requests"}
    for name in listed.facts:
        assert name in privacy("jobs", "list").out


def test_every_job_runs_by_hand_on_a_new_installation(company: Path, privacy: Privacy):
    assert company.exists()
    for name in privacy("jobs", "list", "--json").facts:
        ran = privacy("jobs", "run", name, "--json")
        assert (ran.status, ran.facts) == (0, {"ran": name})


def test_verifying_the_log_by_hand_leaves_an_entry(runtime: Runtime, privacy: Privacy):
    runtime.sequencer.integrate()
    assert privacy("jobs", "run", "verify-log").status == 0
    (entry,) = waiting_entries(runtime.database, "audit.verified")
    assert (entry.actor, entry.details["outcome"]) == ("job:verify-log", "whole")


def test_an_unknown_job_is_refused_and_the_known_ones_named(company: Path, privacy: Privacy):
    assert company.exists()
    ran = privacy("jobs", "run", "nothing")
    assert (ran.status, ran.out) == (2, "")
    assert "verify-log" in ran.err
