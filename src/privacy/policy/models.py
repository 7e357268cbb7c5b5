"""Legal values as rows, with the days on which they hold."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base
from privacy.policy.values import Force, Unit


class PolicyValue(Base):
    """A dated legal value; one that was set stands above the built-in one of its key."""

    __tablename__ = "policy_value"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="dates"),
        {"info": {"placement": "reference"}},
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    """The first day on which it holds, in France."""
    to_on: Mapped[date | None]
    """The last day on which it holds; none while it still does."""
    value: Mapped[str]
    unit: Mapped[Unit]
    source: Mapped[str]
    force: Mapped[Force]
    reason: Mapped[str]
    """Why it was set; empty for a built-in value."""
