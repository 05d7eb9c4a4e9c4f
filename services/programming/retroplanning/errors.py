"""Problems of the calendar of a campaign."""

from services.common.language import Text
from services.common.problems import Problem


class NotAFundersOfficer(Problem):
    status = 403
    title = Text("Ces assemblées sont celles d'un autre financeur", "These assemblies are another funder's")
    advice = Text(
        "Les membres d'une organisation qui finance une campagne enregistrent ses propres assemblées.",
        "Members of an organisation that funds some campaign record its own assemblies.",
    )


class AssemblyKnown(Problem):
    constraint = "uq_assemblies_meeting"
    title = Text("Cette assemblée est déjà enregistrée", "This assembly is recorded already")
    advice = Text("Modifiez celle qui existe à cette date.", "Change the one that exists on that day.")


class NothingTriedOut(Problem):
    title = Text("Rien n'est à l'essai", "Nothing is being tried out")
    advice = Text(
        "Essayez d'abord des durées ou des dates (PATCH …/retroplanning), puis appliquez.",
        "First try durations or dates out (PATCH …/retroplanning), then apply them.",
    )


class DatesNotChangeable(Problem):
    title = Text("Ces dates de la campagne ne changent plus", "These dates of the campaign do not change any more")
    advice = Text(
        "Une fois l'appel ouvert ses dates sont fixes : repoussez la date limite par l'acte `extension`, puis retirez-les de l'essai.",
        "Once the call is open its dates are fixed: put the deadline off by the act `extension`, then take them out of the trial.",
    )
