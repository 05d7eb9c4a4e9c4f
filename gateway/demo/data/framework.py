"""The contract: neighbourhoods, period, objectives. These are public facts."""

from datetime import date

from .model import Contract, Enjeu, Framework, Objective, Qpv, Transversal
from .words import french

QPVS: tuple[Qpv, ...] = (
    Qpv("QP011002", "La Conte – Ozanam", 2_060, "11069"),
    Qpv("QP011003", "Le Viguier – Saint-Jacques", 1_862, "11069"),
    Qpv("QP011004", "Bastide Pont-Vieux", 3_775, "11069"),
    Qpv("QP011005", "Fleming – La Reille", 1_050, "11069"),
    Qpv("QP011006", "Grazailles", 1_084, "11069"),
)

CONTRACT = Contract(
    code="CN01102I",
    name="Contrat de ville de Carcassonne Agglo 2024–2030",
    starts_on=date(2024, 1, 1),
    ends_on=date(2030, 12, 31),
    mid_term_review_year=2027,
    commune_code="11069",
    qpvs=QPVS,
)

FRAMEWORK = Framework(
    enjeux=(
        Enjeu(
            "GRANDIR",
            "Grandir, la vie des habitants",
            (
                Objective("1", "Vivre en bonne santé"),
                Objective("2", "Réussir l’éducation des enfants et accompagner les jeunes vers l’autonomie"),
                Objective("3", "Développer les pratiques culturelles et sportives et leur accessibilité"),
                Objective("4", "Favoriser les solidarités et l’accès aux droits"),
            ),
        ),
        Enjeu(
            "HABITER",
            "Habiter, la vie de quartier",
            (
                Objective("5", "Apaiser les quartiers"),
                Objective("6", "Entretenir et embellir les lieux de vie"),
                Objective("7", "Aménager des quartiers à vivre pour toutes et tous et accompagner les grands projets"),
            ),
        ),
        Enjeu(
            "TRAVAILLER",
            "Travailler, la vie économique",
            (
                Objective("8", french("Rapprocher les publics des opportunités économiques du « grand territoire »")),
                Objective("9", "Ouvrir le champ des possibles des plus jeunes"),
                Objective("10", "Valoriser l’initiative économique des habitants"),
                Objective("11", "Dynamiser l’offre commerciale de proximité"),
                Objective("12", "Intégrer les quartiers dans le développement économique du territoire"),
            ),
        ),
    ),
    transversals=(
        Transversal("climat", "Le défi du changement climatique"),
        Transversal("mobilites", "Le défi des mobilités"),
        Transversal("habitants", "Main dans la main avec les habitants"),
    ),
)
