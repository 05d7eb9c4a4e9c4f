"""Problems of notices."""

from services.common.language import Text
from services.common.problems import Problem


class NoticeTooLate(Problem):
    title = Text("L'avis arriverait trop tard avant la date limite", "The notice would come too late before the deadline")
    advice = Text(
        "Les porteurs doivent avoir le temps de reprendre leur brouillon : reportez d'abord la date limite, ou choisissez un jour "
        "d'effet au plus tard à `latest_on`. Un avis ne prend pas effet dans le passé.",
        "Holders need time to take up their drafts again: extend the deadline first, or choose a day not later than `latest_on`. "
        "A notice takes no effect in the past.",
    )


class NoticeWaiting(Problem):
    constraint = "uq_campaign_notices_waiting"
    title = Text("Un avis publié attend encore son jour d'effet", "A published notice still waits for its day")
    advice = Text(
        "Les modifications s'appliquent l'une après l'autre : publiez le suivant une fois celui-ci en vigueur.",
        "Amendments apply one after the other: publish the next once this one is in force.",
    )
