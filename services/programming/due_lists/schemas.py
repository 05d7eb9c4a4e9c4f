"""What each person has to do, and by when; reminders and digests. Shapes."""

from datetime import date, datetime, time
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class DueKind(Enum):
    """What there is to do; each has its words, and the rule it comes from, in `vocabulary`."""

    DRAFT_TO_SUBMIT = "draft_to_submit"
    SIGN_OFF_TO_GIVE = "sign_off_to_give"
    CHANGES_TO_ANSWER = "changes_to_answer"
    NOTICE_TO_READ = "notice_to_read"
    MESSAGES_TO_READ = "messages_to_read"
    PERMANENT_FILE_TO_RENEW = "permanent_file_to_renew"
    AGREEMENT_TO_SIGN = "agreement_to_sign"
    BILAN_TO_SUBMIT = "bilan_to_submit"
    REVIEW_TO_GIVE = "review_to_give"
    REVIEW_TO_CONFIRM = "review_to_confirm"
    READING_TO_GIVE = "reading_to_give"
    REVIEWS_TO_ASSIGN = "reviews_to_assign"
    ANSWER_TO_GIVE = "answer_to_give"
    DECISIONS_TO_NOTIFY = "decisions_to_notify"
    AGREEMENT_TO_DRAFT = "agreement_to_draft"
    AWARD_TO_COMMIT = "award_to_commit"
    AWARD_TO_PAY = "award_to_pay"
    BILAN_TO_REVIEW = "bilan_to_review"
    ADMISSIBILITY_TO_DECLARE = "admissibility_to_declare"
    ANSWER_PROMISED = "answer_promised"
    SILENCE_REJECTS = "silence_rejects"
    AGENDA_TO_SEND = "agenda_to_send"
    SESSION_TO_HOLD = "session_to_hold"
    MINUTES_TO_SIGN = "minutes_to_sign"
    DRAFT_TO_COMPLETE = "draft_to_complete"
    SIGN_OFF_AWAITED = "sign_off_awaited"
    CHANGES_ANSWER_TO_READ = "changes_answer_to_read"
    RETROPLANNING_STEP = "retroplanning_step"
    BANK_ACCOUNT_TO_CONFIRM = "bank_account_to_confirm"
    INSTALMENT_TO_CLAIM = "instalment_to_claim"
    PAYMENT_REQUEST_TO_ANSWER = "payment_request_to_answer"
    INSTALMENT_TO_PAY = "instalment_to_pay"
    CPO_TO_APPROVE = "cpo_to_approve"
    CPO_TO_SIGN = "cpo_to_sign"
    CPO_AMENDMENT_TO_SIGN = "cpo_amendment_to_sign"
    CPO_DOSSIER_TO_SUBMIT = "cpo_dossier_to_submit"
    CPO_REPORT_TO_SUBMIT = "cpo_report_to_submit"
    CPO_REPORT_TO_ANSWER = "cpo_report_to_answer"
    CPO_TRANCHE_TO_CONFIRM = "cpo_tranche_to_confirm"
    CPO_TO_RENEW = "cpo_to_renew"


class DueBucket(Enum):
    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    UNDATED = "undated"


class DueItemRead(BaseModel):
    """One thing to do."""

    kind: DueKind
    todo: Annotated[str, Field(description="What to do, in French.", examples=["Déposer le dossier avant la clôture de l'appel"])]
    why: Annotated[str, Field(description="The rule it comes from, in French.")]
    organisation_id: Annotated[UUID, Field(description="For which of your organisations.")]
    organisation_name: Annotated[str | None, Field(description="As the directory told it; null while it told nothing.")]
    resource_type: Annotated[str, Field(examples=["dossier"])]
    resource_id: UUID
    dossier_id: UUID | None
    reference: Annotated[str | None, Field(examples=["2027-CARC-0042"])]
    label: Annotated[str | None, Field(description="What people call it.", examples=["Ateliers sociolinguistiques"])]
    count: Annotated[int, Field(description="Of how many it speaks: 1, or several of a campaign; 1 000 stands for 1 000 or more.")]
    since: datetime | None
    due_on: Annotated[date | None, Field(description="Paris day; null when nothing sets one.")]
    days_left: Annotated[int | None, Field(description="Days from today to `due_on`; negative when it is late.")]
    when: DueBucket
    link: Annotated[
        str, Field(description="Where it is done, under the platform's address.", examples=["/programming/v1/dossiers/…"])
    ]


class DueCountsRead(BaseModel):
    """How many things there are to do, by day and by kind."""

    total: int
    late: int
    today: int
    week: Annotated[int, Field(description="From tomorrow to the sixth day after today.")]
    later: int
    undated: int
    kinds: Annotated[dict[str, int], Field(description="By kind; those without anything are left out.")]


class ReminderFrequency(Enum):
    DAILY = "daily"
    #: Mondays.
    WEEKLY = "weekly"
    NONE = "none"


Hour = Annotated[int, Field(ge=0, le=23, description="Paris hour from which the mail of the day may be written.")]


class ReminderPreferencesWrite(BaseModel):
    """How somebody wants to be reminded. Times are those of Paris."""

    model_config = ConfigDict(extra="forbid")

    frequency: ReminderFrequency
    hour: Hour = 8
    muted_kinds: Annotated[list[DueKind], Field(max_length=50, description="Never in a mail; still in the list.")] = []
    quiet_from: Annotated[time, Field(description="No mail is written from then…")] = time(20, 0)
    quiet_until: Annotated[time, Field(description="…until then. Equal to `quiet_from`: no quiet hours.")] = time(7, 30)
    quiet_weekends: bool = True


class ReminderPreferencesRead(ReminderPreferencesWrite):
    """What is in force; version 0 before anything was set: no mail is written."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    email: Annotated[str | None, Field(description="Where mails go: the address of the account when this was last set.")]
    organisation_ids: Annotated[list[UUID], Field(description="Organisations they speak of: yours when this was last set.")]
    paused: Annotated[
        bool, Field(description="One of your rights was taken back since: nothing is written until you set this again.")
    ]
    version: int


class DueFeedRead(BaseModel):
    created_at: datetime
    organisation_ids: Annotated[list[UUID], Field(description="Organisations it speaks of: yours when it was made.")]


class DueFeedMade(BaseModel):
    created_at: datetime
    url: Annotated[
        str,
        Field(
            description="Secret address for a calendar program, shown this once.",
            examples=["https://canevas.example/programming/v1/due-feeds/….ics"],
        ),
    ]
