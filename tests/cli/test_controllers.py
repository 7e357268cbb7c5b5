"""`privacy controllers`, and where `privacy setup` says that a controller is."""

from pathlib import Path

import pytest

from privacy.audit.actions import Action
from privacy.runtime import Runtime
from tests.cli.conftest import SETUP, Privacy
from tests.entries import waiting_entries


def test_a_controller_is_in_france_unless_it_says_otherwise(company: Path, privacy: Privacy):
    assert company.exists()
    told = privacy("controllers", "list", "--json").facts["fictive"]
    assert (told["region"], told["zone"], told["authority"]) == ("FR", "Europe/Paris", "FR")
    assert "(CNIL)" in told["supervised_by"]
    assert privacy("controllers", "list").out.startswith("fictive  FR  Europe/Paris  FR  Maison")


def test_setup_registers_a_controller_of_another_country(file: Path, privacy: Privacy):
    assert file.exists()
    ran = privacy(*SETUP, "--region", "BE", "--zone", "Europe/Brussels")
    assert ran.status == 0
    told = privacy("controllers", "list", "--json").facts["fictive"]
    assert (told["region"], told["zone"], told["authority"]) == ("BE", "Europe/Brussels", "BE")


def test_a_company_in_germany_says_which_land_supervises_it(file: Path, privacy: Privacy):
    assert file.exists()
    berlin = (*SETUP, "--region", "DE", "--zone", "Europe/Berlin")
    refused = privacy(*berlin)
    assert (refused.status, "such as DE-BE" in refused.err) == (2, True)
    assert privacy(*berlin, "--authority", "DE-BE").status == 0
    told = privacy("controllers", "list", "--json").facts["fictive"]
    assert told["supervised_by"].startswith("Berliner Beauftragte")


def test_a_change_is_one_entry_and_no_change_is_none(runtime: Runtime, privacy: Privacy):
    to_luxembourg = ("controllers", "change", "fictive", "--authority", "LU", "--json")
    first, again = privacy(*to_luxembourg), privacy(*to_luxembourg)
    assert (first.facts["authority"], first.facts["region"]) == ("LU", "FR")
    assert (first.facts["changed"], again.facts["changed"]) == (True, False)
    back = privacy("controllers", "change", "fictive", "--authority", "default", "--json")
    assert (back.facts["authority"], back.facts["changed"]) == ("FR", True)
    told = [one.action for one in waiting_entries(runtime.database)]
    assert told.count(Action.CONTROLLER_CHANGED) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--authority", "CNIL"), "by one of: AT, BE"),
        (("--region", "US"), "by one of: AT, BE"),
        (("--region", "DE"), "such as DE-BE"),
        (("--zone", "Paris"), "such as Europe/Paris"),
    ],
)
def test_what_is_not_known_changes_nothing(
    company: Path, privacy: Privacy, given: tuple[str, str], said: str
):
    assert company.exists()
    ran = privacy("controllers", "change", "fictive", *given)
    assert (ran.status, said in ran.err) == (2, True)
    assert privacy("controllers", "list", "--json").facts["fictive"]["authority"] == "FR"


def test_a_controller_that_does_not_exist_is_said(company: Path, privacy: Privacy):
    assert company.exists()
    ran = privacy("controllers", "change", "nobody", "--authority", "LU")
    assert (ran.status, "privacy controllers list" in ran.err) == (2, True)


def test_every_authority_is_named_with_its_website_and_the_day(company: Path, privacy: Privacy):
    assert company.exists()
    ran = privacy("controllers", "authorities")
    assert "https://www.dsb.gv.at/" in ran.out
    assert "As known on 20" in ran.out
