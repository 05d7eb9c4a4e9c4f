"""What is sent and received about legal parameters."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .models import Parameter as Parameter


class ParameterWrite(BaseModel):
    """A value from a day on. Cents, months, days or basis points, as the parameter's name says."""

    parameter: Parameter
    applies_from: Annotated[date, Field(examples=["2027-01-01"])]
    value: Annotated[int, Field(ge=0, le=10**13, examples=[2300000])]
    source: Annotated[
        str, Field(min_length=3, max_length=300, description="The text it comes from.", examples=["décret n° 2001-495"])
    ]


class ParameterRead(ParameterWrite):
    model_config = ConfigDict(from_attributes=True)

    recorded_at: AwareDatetime
