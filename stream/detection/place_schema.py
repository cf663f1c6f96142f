"""The shape of `lexicons/places.yaml` and `demonyms.yaml`; errors name the file, the entry and the field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal[
    "country",
    "region",
    "governorate",
    "district",
    "city",
    "town",
    "village",
    "neighbourhood",
    "area",
    "camp",
    "base",
    "airport",
    "port",
    "crossing",
    "site",
    "island",
    "mountain",
    "river",
    "valley",
    "lake",
    "sea",
    "strait",
    "road",
]
"""What a place is. Only kinds of limited extent carry a point; a country, region or sea has none unless it is tiny."""

Precision = Literal["point", "city", "area", "region", "country"]

PRECISION: dict[str, Precision] = {
    "country": "country",
    "region": "region",
    "governorate": "region",
    "sea": "region",
    "river": "region",
    "road": "region",
    "district": "area",
    "area": "area",
    "island": "area",
    "mountain": "area",
    "valley": "area",
    "lake": "area",
    "strait": "area",
    "city": "city",
    "town": "city",
    "village": "city",
}
"""Kind -> how far a point stands for the place; every other kind is a `point`."""

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class PlaceEntry(BaseModel):
    """One hand-reviewed place. `ar` begins with the usual Arabic name; the other spellings and names follow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern="^[a-z]{2}(\\.[a-z0-9-]+)+$")]
    """Stable: alerts carry it. The country in small letters (`xx` for none), then the English name."""
    kind: Kind
    ar: Annotated[list[str], Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    country: Country | None = None
    at: tuple[Latitude, Longitude] | None = None
    """Latitude and longitude in degrees, good to 10-30 km."""
    pop: Annotated[int, Field(ge=0)] = 0
    weak: bool = False
    """The name is also a word or a person: it counts only with evidence around it."""


class PlaceFile(BaseModel):
    """The whole of `places.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    places: list[PlaceEntry]


class DemonymEntry(BaseModel):
    """The demonyms of a country: `nisba` bases take the endings of `endings`, `forms` are taken as they stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: Country
    capital: str = ""
    """Arabic name of the capital, as in the gazetteer."""
    nisba: list[str] = []
    forms: list[str] = []


class DemonymFile(BaseModel):
    """The whole of `demonyms.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: str
    endings: list[str]
    demonyms: list[DemonymEntry]


class LexiconError(ValueError):
    """A lexicon file does not have its shape; the message names the file, the entry and the field."""


def parse(model: type[BaseModel], data: Any, *, file: str) -> Any:
    """Return *data* as *model*, or raise a `LexiconError` that names the first wrong field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where: list[str] = []
        at: Any = data
        for step in first["loc"]:
            try:
                at = at[step]
            except (KeyError, IndexError, TypeError):
                at = None
            named = isinstance(step, int) and isinstance(at, dict) and ("id" in at or "country" in at)
            where.append(str(at.get("id", at.get("country"))) if named else str(step))
        raise LexiconError(f"{file}: {'.'.join(where)}: {first['msg']} (got {first.get('input')!r})") from error
