"""What a request asks for: the filter that `rasid subscribe` has too, days, and a page of the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import QueryParams

from stream.filters import Filter, FilterError
from stream.web.store import Entry, Item, Shelf

MOST = 500

Day = Annotated[date, Field(description="ISO 8601.")]


class Page(BaseModel):
    """Which days, and which part of the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Day | None = Field(default=None, description="Only what happened on this day or later, e.g. 2025-03-01.")
    until: Day | None = Field(default=None, description="Only what happened on this day or before.")
    limit: int = Field(default=100, ge=1, le=MOST, description="The most items in one answer.")
    before: int | None = Field(default=None, ge=0, description="Where to go on: `next` of the answer before.")


@dataclass(frozen=True, slots=True)
class Query:
    """A filter and a page."""

    filter: Filter
    page: Page

    @classmethod
    def of(cls, params: QueryParams) -> Self:
        """Return what the query string says. Raises FilterError, which says what is wrong and how to write it."""
        own = {name: value for name, value in params.multi_items() if name in Page.model_fields and value}
        rest = [(name, value) for name, value in params.multi_items() if name not in Page.model_fields]
        try:
            page = Page.model_validate(own)
        except ValidationError as cause:
            fault = cause.errors(include_url=False)[0]
            name = fault["loc"][0]
            description = Page.model_fields[str(name)].description
            raise FilterError(f"{name} {fault['input']!r}: {fault['msg']}. {description}") from None
        return cls(Filter.from_query(rest), page)

    def matches(self, entry: Entry[Item]) -> bool:
        """Say whether the filter and the days fit."""
        since, until = self.page.since, self.page.until
        return (
            (since is None or entry.day >= since)
            and (until is None or entry.day <= until)
            and self.filter.matches(entry.item)
        )

    def some(self, shelf: Shelf[Item]) -> tuple[list[Entry[Item]], int | None]:
        """Return one page of what matches, the newest first, and where the next page begins; None after the last."""
        found: list[Entry[Item]] = []
        for entry in shelf:
            if self.page.before is not None and entry.number >= self.page.before:
                continue
            if self.matches(entry):
                if len(found) == self.page.limit:
                    return found, found[-1].number
                found.append(entry)
        return found, None
