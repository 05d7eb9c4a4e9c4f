"""From what a holder reported to a sheet: whatever was written, a draft comes out, without anybody's address."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents.schemas import DocumentContent, DocumentKind, Readership
from services.catalogue.experiences import rules
from services.catalogue.experiences.schemas import ClosedDossier
from services.common.ids import new_id
from tests.catalogue.experiences.closed import dossier

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def _content(**more: Any) -> DocumentContent:
    told = ClosedDossier.model_validate(dossier(new_id(), **more))
    themes, territories = rules.asked_codes(told)
    return rules.content(new_id(), told, themes=themes, territories=territories)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(
                (
                    "title",
                    "reference",
                    "holder_name",
                    "contract_name",
                    "context",
                    "actions",
                    "participation",
                    "results",
                    "difficulties",
                    "partners",
                    "next_steps",
                    "territory",
                ),
                any_text,
            ),
            "publics": st.lists(
                st.fixed_dictionaries({"label": any_text, "actual_count": st.none() | st.integers(0)}), max_size=30
            ),
            "indicators": st.lists(st.fixed_dictionaries({"label": any_text, "planned": any_text}), max_size=50),
            "qpv_codes": st.lists(any_text, max_size=60),
            "objective_codes": st.lists(any_text, max_size=40),
            "ends_on": st.none(),
        },
    )
)
def test_whatever_was_written_a_draft_comes_out(told: dict[str, Any]) -> None:
    content = _content(**told)
    assert content.title
    assert DocumentContent.model_validate(content.model_dump(mode="json")) == content


def test_the_longest_texts_fit() -> None:
    long = "mot " * 5_000
    content = _content(
        **dict.fromkeys(("context", "actions", "participation", "results", "difficulties", "partners", "next_steps"), long),
        title="titre " * 50,
        publics=[{"label": "Jeunes " * 40}] * 30,
    )
    assert content.experience is not None
    assert len(content.experience.reproducibility) <= 20_000


def test_mail_addresses_and_telephone_numbers_are_taken_out() -> None:
    content = _content(
        title="Café (06 12 34 56 78)",
        actions="Écrire à samia.exemple@association.org ou au +33 (0)4 68 00 11 22.",
        next_steps="0468001122",
    )
    assert content.experience is not None
    assert content.experience.actions == "Écrire à [coordonnées retirées] ou au [coordonnées retirées]."
    assert "06 12" not in content.title
    assert "0468001122" not in content.model_dump_json()


def test_codes_and_figures_are_not_telephone_numbers() -> None:
    text = "600 passages, 12 000 €, QP011002, SIRET 123 456 789 00012, le 01/02/2026."
    assert rules.without_reach(text) == text


def test_publics_are_named_in_the_catalogue_s_words() -> None:
    labels = ["Jeunes de 11 à 17 ans", "Élus municipaux", "Conseils citoyens", "Martiens"]
    assert rules.publics(labels) == [Readership.RESIDENTS, Readership.ELECTED_OFFICIALS, Readership.CITIZENS_COUNCILS]


def test_only_what_looks_like_a_code_is_asked_to_the_directory() -> None:
    told = ClosedDossier.model_validate(
        dossier(new_id(), qpv_codes=["QP011002", "../x", "QP011002", "é"], objective_codes=["OP1.2", "habitat", ""])
    )
    assert rules.asked_codes(told) == (["habitat", "egalite"], ["QP011002"])


def test_the_kind_is_one_that_publication_accepts() -> None:
    from services.catalogue.documents.rules import lacking

    assert lacking(DocumentKind.EXPERIENCE, _content()) == []
