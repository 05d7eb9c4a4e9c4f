"""Identifiers sort by the order they were drawn in."""

from services.common.ids import new_id


def test_ids_are_uuid_v7_that_sort_by_time() -> None:
    drawn = [new_id() for _ in range(2_000)]
    assert {identifier.version for identifier in drawn} == {7}
    assert sorted(drawn) == drawn
    assert sorted(map(str, drawn)) == list(map(str, drawn))
    assert len(set(drawn)) == len(drawn)
