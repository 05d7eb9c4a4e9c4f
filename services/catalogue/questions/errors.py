"""Problems of the question desk."""

from services.common.language import Text
from services.common.problems import Problem


class DeskClosed(Problem):
    title = Text("Ce centre ne prend pas de questions", "This centre takes no questions")
    advice = Text(
        "Écrivez-lui à l'adresse de sa fiche, ou posez votre question à un autre centre.",
        "Write to the address it gives, or ask another centre.",
    )


class NeededInThePast(Problem):
    title = Text("La date souhaitée est passée", "The date wished for is past")
    advice = Text("Donnez un jour à venir, ou aucun.", "Give a day to come, or none.")


class TooManyOpenQuestions(Problem):
    title = Text("Vous avez trop de questions en attente", "You have too many questions waiting")
    advice = Text("Attendez une réponse, ou complétez une question posée.", "Wait for an answer, or add to a question asked.")


class QuestionAlreadyTaken(Problem):
    title = Text("Cette question est déjà prise", "This question is taken already")
    advice = Text(
        "Un documentaliste du centre s'en occupe. Il peut la rendre (`…/release`) ou vous la confier (`…/reassignment`).",
        "A documentalist of the centre sees to it. They may release it (`…/release`) or give it to you (`…/reassignment`).",
    )


class NotTheTaker(Problem):
    status = 403
    title = Text("Un autre documentaliste s'occupe de cette question", "Another documentalist sees to this question")
    advice = Text(
        "Prenez-la d'abord (`…/taking`) si elle est libre ; sinon demandez à qui l'a prise, ou à un gestionnaire, de vous la confier.",
        "Take it first (`…/taking`) if it is free; otherwise ask whoever took it, or a manager, to give it to you.",
    )


class NotTheAsker(Problem):
    status = 403
    title = Text("Seule la personne qui a posé la question peut le faire", "Only the person who asked can do it")
    advice = Text("Les documentalistes répondent, confient ou closent.", "Documentalists answer, hand over or close.")


class NotAColleague(Problem):
    title = Text("Cette personne n'est pas documentaliste du centre", "This person is no documentalist of the centre")
    advice = Text(
        "Confiez la question à un membre de l'organisation qui tient le centre, ou rendez-la (`…/release`).",
        "Give the question to a member of the organisation that keeps the centre, or release it (`…/release`).",
    )


class NotInThisState(Problem):
    title = Text("La question n'en est pas là", "The question is not there yet, or no more")
    advice = Text(
        "`state` dit où elle en est : posée, prise, répondue, rouverte ou close ; `expected` dit d'où cet acte part.",
        "`state` says where it is: asked, taken, answered, reopened or closed; `expected` says where this act starts from.",
    )


class AlreadyReopened(Problem):
    title = Text("Une question ne se rouvre qu'une fois", "A question is reopened once only")
    advice = Text("Posez une nouvelle question.", "Ask a new question.")


class TooLateToReopen(Problem):
    title = Text("Le délai pour rouvrir la question est passé", "It is too late to reopen the question")
    advice = Text("Posez une nouvelle question, en citant la référence de celle-ci.", "Ask a new question that quotes this one.")


class UnknownQuestionDocument(Problem):
    title = Text(
        "Ce document n'est pas publié, ou vous ne pouvez pas le lire", "This document is not published, or not yours to read"
    )
    advice = Text(
        "On ne propose que des documents publiés qu'on peut lire soi-même.",
        "Only published documents that one may read are proposed.",
    )


class HiddenFromAsker(Problem):
    title = Text("La personne ne pourra pas lire ce document", "The asker may not read this document")
    advice = Text(
        "Il est réservé au réseau du centre, ou sous embargo. Retirez-le, ou envoyez `even_if_hidden: true` : elle ne le verra pas tant qu'elle n'y a pas droit.",
        "It is for the centre's network, or under embargo. Take it out, or send `even_if_hidden: true`: they will not see it until they may.",
    )


class AskersWordsCopied(Problem):
    title = Text("Le texte reprend ce que la personne a écrit", "The text copies what the asker wrote")
    advice = Text(
        "Une question fréquente est publique : reformulez-la sans les mots, le nom ni l'adresse de qui l'a posée.",
        "A frequent question is public: write it again without the words, the name or the address of who asked.",
    )
