"""Renaming and deleting recipes, and what a recipe does, step by step, for people and for the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from muster.core.cells import dates
from muster.core.cells.whole import whole
from muster.core.fields import Options, answer_in_words, options_from_json
from muster.core.fixes import FIXES
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.core.table.encoding import ENCODINGS
from muster.imports.models import Recipe
from muster.imports.recipes.headers import READING
from muster.imports.recipes.keep import LONGEST_NAME
from muster.teams import audit
from muster.teams.members import refuse
from muster.teams.models import Team, User

_MOST_WORDS = 5
# Steps by name → the options that are as usual without them.
_TAKEN_BACK: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in (*READING, "allow_mobile_updates")},
    "opt_back_in": ("opt_back_in", "blank_opt_out"),
}


class Overtaken(Exception):  # noqa: N818  says what happened
    """The recipe is at another version than the one that was shown."""


class Step(NamedTuple):
    """One thing that a recipe does, and the name by which `without` takes it back."""

    words: str
    name: str


def rename(recipe: Recipe, by: User, name: str, version: int | None = None) -> Recipe:
    """Give a recipe another name. Raises ValidationError, and Overtaken when it is at another version."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise refuse(
            "name",
            "recipe-name",
            _("A recipe has a name of 1 to {longest_name} characters, on one line.", longest_name=LONGEST_NAME),
        )
    with transaction.atomic():
        Team.objects.select_for_update(of=("self",)).get(pk=recipe.team_id)
        if Recipe.objects.filter(team=recipe.team_id, name=name).exclude(pk=recipe.pk).exists():
            raise refuse("name", "name-taken", _("You have a recipe {name} already.", name=name))
        here = Recipe.objects.filter(team=recipe.team_id, pk=recipe.pk)
        at = here if version is None else here.filter(version=version)
        if not at.update(name=name, version=F("version") + 1):
            raise Overtaken
        audit.record(recipe.team, by, "recipe-renamed", name=[recipe.name, name])
    recipe.refresh_from_db()
    return recipe


def delete(recipe: Recipe, by: User) -> None:
    """Delete a recipe: the next file with its headers is asked about as any other."""
    recipe.delete()
    audit.record(recipe.team, by, "recipe-deleted", name=recipe.name)


def steps(options: Options, headers: Sequence[str] = ()) -> list[Step]:
    """Say what a recipe does, in the order of doing it; columns in that of the headers, where they are known."""
    order = {header: place for place, header in reversed(list(enumerate(headers)))}
    columns = sorted(options.columns.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    said = _of_reading(options)
    said += [Step(_of_column(header, answer), f"columns:{header}") for header, answer in columns]
    said += [
        Step(_("Dates of {name}: {orders}", name=name, orders=dates.ORDERS[order]), f"date_orders:{name}")
        for name, order in options.date_orders.items()
    ]
    said += [Step(_of_fix(fix), f"fixes:{place}") for place, fix in enumerate(options.fixes)]
    return said + _of_handling(options)


def without(options: Options, step: str) -> Options | None:
    """Return the options without one step, by its name; None where there is no such step."""
    what, _colon, name = step.partition(":")
    if what == "fixes":
        place = whole(name)
        if place is None or place >= len(options.fixes):
            return None
        return replace(options, fixes=(*options.fixes[:place], *options.fixes[place + 1 :]))
    if what in ("columns", "date_orders"):
        kept = getattr(options, what)
        left: dict[str, Any] = {what: {key: kept[key] for key in kept if key != name}}
        return replace(options, **left) if name in kept else None
    return _with_the_usual(options, what)


def _with_the_usual(options: Options, name: str) -> Options | None:
    """Return the options with one of them as it is where nobody chose; what a blank number means is one of two."""
    if name == "blank_mobile":
        return replace(options, blank_mobile="fail" if options.blank_mobile == "infer" else "infer")
    usual = Options()
    changed: dict[str, Any] = {each: getattr(usual, each) for each in _TAKEN_BACK.get(name, ())}
    left = replace(options, **changed)
    return left if left != options else None


def _of_reading(options: Options) -> list[Step]:
    read = {
        "encoding": options.encoding
        and _("Encoding: {value}", value=ENCODINGS.get(options.encoding, options.encoding)),
        "delimiter": options.delimiter and _("Separator: {value}", value=repr(options.delimiter)[1:-1]),
        "header_row": options.header_row and _("Header in row: {value}", value=options.header_row),
        "sheet": options.sheet and _("Sheet: {value}", value=options.sheet),
        "quoted_rows": options.quoted_rows and _("Lines inside quote marks that look like rows are part of their cell"),
        "backslashes": options.backslashes and _("A backslash before a quote mark makes it part of the cell"),
        "mend_letters": options.mend_letters and _("Garbled letters are read again"),
    }
    return [Step(words, name) for name, words in read.items() if words]


def _of_column(header: str, answer: str | None) -> str:
    column, used = header or _("No header"), answer_in_words(answer) if answer else _("not imported")
    return _("{name}: {value}", name=column, value=used)


def _of_fix(fix: Mapping[str, Any]) -> str:
    title, values = FIXES[str(fix["fix"])].title if fix.get("fix") in FIXES else str(fix.get("fix")), fix.get("values")
    values = values if isinstance(values, Mapping) else {}
    blank = _("blank")
    meant = [f"{old} → {new or blank}" for old, new in sorted((values.get("map") or {}).items())]
    more = [_("and {number} more", number=len(meant) - _MOST_WORDS)] if len(meant) > _MOST_WORDS else []
    chosen = [
        *map(str, values.get("regions") or ()),
        *(str(values[each]) for each in ("region", "order") if each in values),
    ]
    told = listed([*meant[:_MOST_WORDS], *more, *chosen])
    if told:
        return _("{header}: {title} ({details})", header=fix.get("header"), title=title, details=told)
    return _("{name}: {value}", name=fix.get("header"), value=title)


def _of_handling(options: Options) -> list[Step]:
    handling = _("Infer Mobile Number") if options.blank_mobile == "infer" else _("Fail Blank Values")
    said = [Step(_("WhatsApp Contact Handling: {handling}", handling=handling), "blank_mobile")]
    if options.allow_mobile_updates:
        said.append(Step(_("Allow Mobile Number Updates"), "allow_mobile_updates"))
    if "keep" in (options.opt_back_in, options.blank_opt_out):
        said.append(Step(_("Who had opted out keeps their choice"), "opt_back_in"))
    return said


def recipe_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as the API shows it."""
    options = options_from_json(recipe.options)
    return {
        "id": recipe.id,
        "name": recipe.name,
        "version": recipe.version,
        "headers": recipe.headers,
        "source": recipe.source,
        "saved_at": recipe.saved_at,
        "saved_by": recipe.saved_by.email if recipe.saved_by else None,
        "steps": [each.words for each in steps(options, recipe.headers)],
    }
