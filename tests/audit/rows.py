"""Tables of no room, so that these tests need none."""

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Plain(DeclarativeBase):
    """A base beside the product's own."""


class Answer(Plain):
    """A row of something that acts change."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Exempted(Plain):
    """A row of something that records no act."""

    __tablename__ = "job_run_of_test"

    id: Mapped[int] = mapped_column(primary_key=True)
