"""Where values seem to come from, by the names and kinds of columns."""

import pytest

from privacy.stores.proposals.origins import origin_of
from privacy.stores.terms import Provenance


@pytest.mark.parametrize(
    ("column", "kind", "origin"),
    [
        ("score_churn", "number", Provenance.DERIVED),
        ("rfm_segment", "text", Provenance.DERIVED),
        ("last_login_at", "date", Provenance.OBSERVED),
        ("ip_address", "text", Provenance.OBSERVED),
        ("user_agent", "text", Provenance.OBSERVED),
        ("created_at", "date", Provenance.OBSERVED),
        ("date_inscription", "date", Provenance.OBSERVED),
        ("partner_source", "text", Provenance.THIRD_PARTY),
        ("created_by", "text", None),
        ("date_naissance", "date", None),
        ("street", "text", None),
        ("id", "number", None),
    ],
)
def test_a_name_and_a_kind_speak_for_an_origin_or_for_none(
    column: str, kind: str, origin: Provenance | None
):
    assert origin_of(column, kind) is origin
