"""Problems of assignments."""

from services.common.language import Text
from services.common.problems import Problem


class AssignmentRulesRefused(Problem):
    title = Text("Ces règles ne conviennent pas", "These rules do not fit")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class NoAssignmentRules(Problem):
    title = Text("Aucune règle n'est écrite", "No rule is written")
    advice = Text(
        "Écrivez d'abord les règles (`PUT …/assignment-rules`) ; la dernière peut n'avoir aucune condition et prendre le reste.",
        "Write the rules first (`PUT …/assignment-rules`); the last one may have no condition and take what is left.",
    )


class RulesWritten(Problem):
    constraint = "uq_assignment_plans_campaign_id_funder_id"
    title = Text("Des règles viennent d'être écrites ailleurs", "Rules were just written elsewhere")
    advice = Text("Relisez-les, puis renvoyez leur ETag.", "Read them again, then send their ETag.")


class BulkActRefused(Problem):
    status = 422
    title = Text("L'acte groupé est incomplet", "The bulk act is incomplete")
    advice = Text("Complétez ce que désigne `errors`.", "Complete what `errors` points at.")


class FinishOwnFirst(Problem):
    title = Text("Rendez d'abord ce qui vous est confié", "Give what is yours first")
    advice = Text(
        "Vos écarts au groupe s'ouvrent quand vos instructions et lectures de la campagne sont rendues : les connaître plus tôt "
        "influencerait vos notes.",
        "Your differences from the group open once your reviews and readings of the campaign are given: known earlier, they would "
        "weigh on your scores.",
    )
