"""Problems of other subsidies."""

from services.common.language import Text
from services.common.problems import Problem


class SubsidyDeclarationRefused(Problem):
    status = 422
    title = Text("Cette déclaration se contredit", "This declaration contradicts itself")
    advice = Text(
        "Une subvention accordée a son montant ; une subvention demandée ou refusée n'en a pas.",
        "A subsidy granted has its amount; one asked for or refused has none.",
    )


class TooManyDeclarations(Problem):
    title = Text("Trop de déclarations pour cette année", "Too many declarations for that year")
    advice = Text("Regroupez celles d'un même financeur.", "Group those of one funder.")
