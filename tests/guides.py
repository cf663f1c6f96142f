"""The guides in docs/, as the tests that run their commands read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide and its fenced blocks."""

    text: str
    blocks: tuple[tuple[str, str], ...]
    """Language and content of each block, in their order."""

    @classmethod
    def read(cls, name: str) -> Self:
        """Return docs/*name*."""
        text = (_DOCS / name).read_text(encoding="utf-8")
        return cls(text, tuple((found[1], found[2]) for found in _BLOCK.finditer(text)))

    @property
    def languages(self) -> set[str]:
        """The languages of the blocks."""
        return {language for language, _ in self.blocks}

    def of(self, language: str) -> list[str]:
        """Return the blocks in *language*."""
        return [text for found, text in self.blocks if found == language]

    @property
    def commands(self) -> list[str]:
        """Every line for a shell."""
        return [line for text in self.of("sh") for line in text.splitlines()]
