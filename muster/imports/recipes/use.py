"""Using a recipe: the options that do again what was decided, as far as the team still has the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from muster.contacts.schema import schema_of
from muster.core.fields import REVERSED, Options, Schema, options_from_json
from muster.core.sentences.language import gettext as _
from muster.core.table.header import placed
from muster.imports import run
from muster.imports.draft.sample import first_rows
from muster.imports.models import Import, Recipe, State
from muster.imports.recipes.headers import raw, reading_of
from muster.imports.recipes.keep import ANY
from muster.teams.models import User


class Repeated(NamedTuple):
    """The options that a recipe makes, and what it can no longer say: answers for fields that have gone."""

    options: Options
    lost: list[str]


def repeated(recipe: Recipe, schema: Schema, header: Sequence[str] | None = None) -> Repeated:
    """Return a recipe's options as they can be used now.

    A field with a new name is followed; one that was deleted is lost, and its columns are asked about again. Where the
    headers come in another order, an answer for one of two columns of the same field is not known any more.
    """
    kept, lost = options_from_json(recipe.options), []
    names = {name: _name_now(name, recipe.fields, schema) for name in recipe.fields}
    columns: dict[str, str | None] = {}
    for column, answer in kept.columns.items():
        sign, name = _signed(answer)
        now = names.get(name, name)
        if answer is not None and now is None:
            lost.append(_("{column} was {name}, which is a field no more.", column=column, name=name))
        elif not _is_moved(column, recipe.headers, header):
            columns[column] = answer if answer is None else sign + (now or "")
    orders = {str(names.get(name, name)): order for name, order in kept.date_orders.items() if names.get(name, name)}
    return Repeated(replace(kept, columns=columns, date_orders=orders), lost)


def _signed(answer: str | None) -> tuple[str, str]:
    name = answer or ""
    return (REVERSED, name.removeprefix(REVERSED)) if name.startswith(REVERSED) else ("", name)


def _name_now(name: str, keys: Mapping[str, str], schema: Schema) -> str | None:
    """Return what a field of the team is called now; None where it has gone."""
    by_key = {each.key: each.name for each in schema.custom}
    return by_key.get(keys[name]) or (name if name in schema.by_name else None)


def _is_moved(column: str, before: Sequence[str], now: Sequence[str] | None) -> bool:
    """Whether an answer speaks of a column by its place, and the headers have other places now."""
    by_place = {placed(name, place) for place, name in enumerate(before)}
    return now is not None and column in by_place and list(before) != raw(now)


def apply(imp: Import, user: User, recipe: Recipe, revision: int | None = None) -> list[str]:
    """Do it to a draft, as one change of its options. Return what is lost. Raises WrongState, and MovedOn."""
    schema = schema_of(imp.team)
    table = first_rows(imp, schema, options_from_json(reading_of(recipe.options)))
    made = repeated(recipe, schema, table.header)
    columns = {**options_from_json(imp.options).columns, **made.options.columns}
    run.revise(imp, user, replace(made.options, columns=columns), revision)
    imp.recipe = recipe.name
    Import.objects.filter(pk=imp.pk).update(recipe=recipe.name)
    return made.lost


def asks_nothing_new(imp: Import, recipe: Recipe) -> bool:
    """Whether a draft is ready, and leaves rows out only for reasons that were seen the last time."""
    if imp.state != State.READY:
        return False
    known = {tuple(each) for each in recipe.left_out}
    causes = [(each["code"], each["field"] or "") for each in imp.summary.get("causes", ())]
    return all((code, name) in known or (ANY, name) in known for code, name in causes)
