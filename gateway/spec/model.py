"""What the models have in common: how they are built, and the kinds of values that many of them have."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.names import APP_ID, CALL_ID, MESSAGE_ID


class Model(BaseModel):
    """A JSON object of the API. Built on first use, so that a gateway that is never asked for documents starts fast."""

    model_config = ConfigDict(defer_build=True)


AppId = Annotated[str, Field(pattern=f"^{APP_ID.pattern}$", examples=["demo"])]
MessageId = Annotated[str, Field(pattern=f"^{MESSAGE_ID.pattern}$", examples=["m1"])]
CallId = Annotated[str, Field(pattern=f"^{CALL_ID.pattern}$", examples=["call_1"])]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Instant = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        json_schema_extra={"format": "date-time"},
        description="RFC 3339 in UTC with milliseconds.",
    ),
]
Count = Annotated[int, Field(ge=0)]
