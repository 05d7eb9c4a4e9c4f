"""What is sent and received about a campaign's form, and about amendments to its rules."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..contracts.schemas import Code
from .schemas import AskedWhen, CharterRule, Criterion, RequiredAttachments

_EXAMPLE = {
    "type": "object",
    "properties": {
        "garde": {
            "title": "Proposez-vous une garde d'enfants ?",
            "oneOf": [{"const": "oui", "title": "Oui, sur place"}, {"const": "non", "title": "Non"}],
        }
    },
    "required": ["garde"],
    "if": {"properties": {"garde": {"const": "oui"}}, "required": ["garde"]},
    "then": {"properties": {"places": {"title": "Combien de places ?", "type": "integer", "minimum": 1}}, "required": ["places"]},
}


class CampaignFormWrite(BaseModel):
    """Extra questions of a campaign."""

    model_config = ConfigDict(extra="forbid")

    form: Annotated[
        dict[str, Any],
        Field(
            description="JSON Schema 2020-12 of an object whose properties are the questions: each has a `title`; choices are"
            " `oneOf` of `const` and `title`. Conditions with `if`, `dependentRequired`, … No reference outside `#/$defs`.",
            examples=[_EXAMPLE],
        ),
    ]
    asked_when: Annotated[
        dict[str, AskedWhen],
        Field(max_length=200, description="By question: asked only when such a nature, funder or line is chosen."),
    ] = {}


class CampaignFormRead(CampaignFormWrite):
    """A version of a form that holders were given: it never changes."""

    model_config = ConfigDict(extra="ignore")

    number: int
    published_at: AwareDatetime


class CharterChange(CharterRule):
    """The rule that replaces the one of a budget line, whole."""

    funder_id: UUID
    budget_line: Annotated[Code, Field(examples=["caf-actions"])]


class CampaignAmendment(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    form: Annotated[CampaignFormWrite | None, Field(None, description="The next version of the form, whole.")]
    charter: Annotated[list[CharterChange], Field(max_length=200)] = []
    criteria: Annotated[list[Criterion] | None, Field(None, max_length=20, description="The new grid, whole.")]
    required_attachments: Annotated[RequiredAttachments | None, Field(None, description="The new list, whole.")]

    @property
    def changes(self) -> list[str]:
        """What it touches: `form`, `charter`, `criteria`, `required_attachments`."""
        given = {"form": self.form is not None, "charter": bool(self.charter), "criteria": self.criteria is not None}
        given["required_attachments"] = self.required_attachments is not None
        return [name for name, changed in given.items() if changed]
