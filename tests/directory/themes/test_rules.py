"""How themes nest: no database here."""

from services.directory.themes import rules


def test_themes_have_two_levels() -> None:
    assert rules.parent_refusal("sport", None, has_children=True) is None
    assert rules.parent_refusal("natation", ("sport", None), has_children=False) is None
    assert rules.parent_refusal("sport", ("sport", None), has_children=False) is not None
    assert rules.parent_refusal("crawl", ("natation", "sport"), has_children=False) is not None
    assert rules.parent_refusal("sport", ("culture", None), has_children=True) is not None
