"""Problems of surveys."""

from services.common.language import Text
from services.common.problems import Problem


class SurveyTooEarly(Problem):
    title = Text("L'évènement n'a pas encore eu lieu", "The event has not taken place yet")
    advice = Text(
        "Le questionnaire s'ouvre quand l'évènement a commencé ; il s'ouvre seul une fois l'évènement déclaré tenu.",
        "The survey opens once the event has begun; it opens by itself when the event is said to be held.",
    )


class SurveyActNotPossible(Problem):
    title = Text(
        "Cet acte n'est pas possible dans l'état du questionnaire", "This act is not possible in the state the survey is in"
    )
    advice = Text("`state` dit où il en est.", "`state` says where it stands.")


class SurveyAnsweredAlready(Problem):
    title = Text("Une réponse a déjà été donnée par ce lien", "An answer was already given by this link")
    advice = Text(
        "Les réponses sont anonymes : rien ne dit laquelle est la vôtre, elle ne peut donc être ni retrouvée ni modifiée.",
        "Answers are anonymous: nothing says which one is yours, so it can be neither found nor changed.",
    )


class SurveyFormInUse(Problem):
    title = Text("Des réponses ont déjà été données à ces questions", "Answers were already given to these questions")
    advice = Text(
        "La date de clôture peut encore changer, les questions ne le peuvent plus.",
        "The closing date may still change, the questions may not.",
    )


class SurveyClosed(Problem):
    title = Text("Le questionnaire est clos", "The survey is closed")
    advice = Text("Écrivez à l'organisateur ce que vous souhaitiez dire.", "Write to the organiser what you wished to say.")


class SurveyAnswersMissing(Problem):
    title = Text("Des réponses manquent ou ne conviennent pas", "Answers are missing or do not fit")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")


class BadSurveyDate(Problem):
    title = Text("La date de clôture est passée", "The closing date is past")
    advice = Text("Choisissez aujourd'hui ou un jour à venir.", "Choose today or a day to come.")


class BadSurveyLink(Problem):
    status = 404
    title = Text("Ce lien ne mène à aucun questionnaire", "This link leads to no survey")
    advice = Text(
        "Il a été modifié ou coupé : ouvrez celui du courriel, en entier.", "It was changed or cut: open the mail's, whole."
    )
