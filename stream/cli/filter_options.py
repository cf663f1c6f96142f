"""The options that say which alerts and incidents are wanted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from schemas.alert import AttackType, DiplomacyType, Kind, Status
from stream.filters import HELP, Filter, FilterError, Parameter, takes_many

# What completion and help show; the filter itself reads the same values, from a query string too.
_CHOICES: dict[Parameter, list[str]] = {
    Parameter.KIND: [kind.value for kind in Kind],
    Parameter.STATUS: [status.value for status in Status],
}
_TYPES = [type_.value for type_ in (*AttackType, *DiplomacyType)]
_METAVARS: dict[Parameter, str] = {
    Parameter.TYPE: "TYPE",
    Parameter.COUNTRY: "CODE",
    Parameter.PROVINCE: "NAME",
    Parameter.BBOX: "W,S,E,N",
    Parameter.NEAR: "LAT,LON,KM",
    Parameter.ACTOR: "ID|NAME",
    Parameter.SEVERITY: "0-100",
    Parameter.CONFIDENCE: "0-1",
    Parameter.SOURCES: "N",
    Parameter.WORDS: "WORDS",
}


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each condition; the command is given them as `wanted`."""

    @functools.wraps(command)
    def with_filter(**given: Any) -> None:
        conditions = {name.value: given.pop(name.value) for name in Parameter}
        try:
            wanted = Filter.parse(conditions)
        except FilterError as cause:
            raise click.UsageError(f"--{cause}") from None
        command(wanted=wanted, **given)

    options: Callable[..., None] = with_filter
    for name in reversed(Parameter):
        options = _option(name)(options)
    return options


def _option(name: Parameter) -> Callable[[Callable[..., None]], Callable[..., None]]:
    many = takes_many(name)
    return click.option(
        f"--{name.value}",
        name.value,
        multiple=many,
        type=click.Choice(_CHOICES[name], case_sensitive=False) if name in _CHOICES else str,
        metavar=_METAVARS.get(name),
        shell_complete=_complete_type if name is Parameter.TYPE else None,
        help=HELP[name] + (" May be repeated." if many else ""),
    )


def _complete_type(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    del context, parameter
    return [type_ for type_ in _TYPES if type_.startswith(incomplete)]
