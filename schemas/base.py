"""What all outgoing messages have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

CountryCode = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees, WGS 84.")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees, WGS 84.")]
Moment = Annotated[AwareDatetime, Field(description="ISO 8601 with an offset.")]


class Message(BaseModel):
    """A frozen part of an outgoing message; a field that the model does not name is a bug and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    def to_json(self) -> bytes:
        """Return the message as it goes over the wire: UTF-8 JSON under the names of the contract."""
        return self.model_dump_json(by_alias=True).encode()
