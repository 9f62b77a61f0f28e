"""SQLAlchemy: the tables of the tests, and some of its own."""

import enum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Mood(enum.Enum):
    sad = "sad"
    happy = "happy"


class Item(Base):
    __tablename__ = "items"
    id = mapped_column(sa.Integer, primary_key=True)
    name = mapped_column(sa.Text, nullable=False)
    price = mapped_column(sa.Numeric(10, 2))
    tags = mapped_column(postgresql.ARRAY(sa.Text))
    doc = mapped_column(postgresql.JSONB)
    at = mapped_column(sa.DateTime(timezone=True))
    raw = mapped_column(sa.LargeBinary)


class Person(Base):
    __tablename__ = "people"
    id = mapped_column(sa.Integer, primary_key=True)
    name = mapped_column(sa.Text, nullable=False)
    email = mapped_column(sa.Text, nullable=False)


order_people = sa.Table(
    "order_people",
    Base.metadata,
    sa.Column("order_id", sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), primary_key=True),
)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (sa.CheckConstraint("cardinality(tags) < 9", name="few_tags"), {"comment": "what was ordered"})
    id = mapped_column(sa.Integer, sa.Identity(start=100), primary_key=True)
    mood = mapped_column(sa.Enum(Mood, name="order_mood"), server_default="sad", index=True)
    tags = mapped_column(postgresql.ARRAY(sa.Text), server_default="{}", nullable=False)
    doc = mapped_column(postgresql.JSONB)
    people = relationship(Person, secondary=order_people, order_by=Person.id)
