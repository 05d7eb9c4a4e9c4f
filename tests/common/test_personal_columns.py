"""What may name somebody, and what may not: told by types first, so that no new name of a column goes unseen."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from services.common.personal_columns import may_name_somebody, said, stale, unspoken


def table(*columns: "sa.Column[object]") -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("things", metadata, sa.Column("id", sa.Uuid, primary_key=True), *columns)
    return metadata


def test_whatever_its_name_a_column_of_words_may_name_somebody() -> None:
    for kind in (
        *(sa.String(10), sa.Text(), sa.LargeBinary(), sa.JSON(), postgresql.JSONB(), postgresql.TSVECTOR(), postgresql.INET()),
        *(sa.ARRAY(sa.Text), postgresql.ARRAY(sa.String(5))),
    ):
        assert may_name_somebody(sa.Column("zqx", kind)), kind


def test_numbers_days_and_choices_do_not_but_a_birth_does() -> None:
    for kind in (sa.Integer(), sa.BigInteger(), sa.Boolean(), sa.Date(), sa.DateTime(), sa.Enum("a"), sa.ARRAY(sa.Integer)):
        assert not may_name_somebody(sa.Column("email_seen", kind)), kind
    assert may_name_somebody(sa.Column("birth_on", sa.Date))
    assert may_name_somebody(sa.Column("born", sa.Integer))


def test_an_id_does_when_it_is_named_for_a_person() -> None:
    personal = ("account_id", "created_by", "asked_by_team", "reader_id", "author_id", "member_ids", "asker_id", "assignee_id")
    for name in personal:
        kind = sa.ARRAY(sa.Uuid) if name.endswith("s") else sa.Uuid()
        assert may_name_somebody(sa.Column(name, kind)), name
    for name in ("id", "dossier_id", "bank_account_id", "replaced_by_id", "organisation_ids"):
        assert not may_name_somebody(sa.Column(name, sa.Uuid())), name


def test_a_new_column_is_refused_until_somebody_speaks_for_it() -> None:
    metadata = table(sa.Column("label", sa.String(20)), sa.Column("count", sa.Integer))
    assert unspoken(metadata, {}) == ["things.label"]
    assert unspoken(metadata, said("nobody's", things="label")) == []
    assert unspoken(metadata, {}, but=["things"]) == []
    assert stale(metadata, said("gone", things="label gone")) == ["things.gone"]
