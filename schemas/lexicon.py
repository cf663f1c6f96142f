"""What a lexicon file may hold. A new word is a line of data with an example, never code."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=3, description="Stable name; alerts carry it in evidence.rule.")
    off: bool = Field(default=False, description="In an overlay: switch the packaged entry of this id off.")


class TriggerEntry(_Entry):
    """Words that can state an attack or a diplomatic move."""

    type: str = Field(default="", description="The event type of the contract, lower case.")
    verbs: list[str] = Field(default=[], description="past/present, third person masculine singular.")
    nouns: list[str] = Field(default=[], description="singular/plural; case endings and pronouns are generated.")
    forms: list[str] = Field(
        default=[], description="Words or phrases matched as they stand, clitics and article aside."
    )
    weak: bool = Field(default=False, description="True when the word alone says too little to be an event.")
    examples: list[str] = Field(default=[], description="Sentences in which the entry states an event.")
    counter_examples: list[str] = Field(default=[], description="Sentences that must raise no alert of this kind.")


class CueEntry(_Entry):
    """Words that change what a trigger means."""

    words: list[str] = Field(default=[], description="Words or phrases, matched with clitics.")
