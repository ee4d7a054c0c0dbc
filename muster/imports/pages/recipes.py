"""Recipes in Data Management, and on a draft: done again with one click, taken back step by step."""

from __future__ import annotations

from dataclasses import fields

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.core.cells.whole import whole
from muster.core.fields import options_from_json
from muster.core.sentences.language import gettext as _
from muster.imports.models import Import, Recipe, State
from muster.imports.pages.draft_page import DRAFT, address_of, back, on_import, revised, revision_of
from muster.imports.recipes import manage, offer, use
from muster.teams.access import Access, admin


@require_GET
@admin
def listed(request: HttpRequest, who: Access) -> HttpResponse:
    """List the team's recipes with what each does."""
    recipes = Recipe.objects.filter(team=who.team).select_related("saved_by").order_by("-saved_at")
    shown = [(each, manage.steps(options_from_json(each.options), each.headers)) for each in recipes]
    return render(request, "imports/recipes.html", {"recipes": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@admin
def one(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Show a recipe, and rename it. A form of an older version says so and changes nothing."""
    recipe = get_object_or_404(Recipe.objects.select_related("saved_by"), team=who.team, pk=pk)
    problem, status = "", 200
    if request.method == "POST":
        try:
            manage.rename(recipe, who.user, request.POST.get("name", ""), whole(request.POST.get("version")))
        except ValidationError as refusal:
            problem, status = " ".join(refusal.messages), 422
        except manage.Overtaken:
            recipe.refresh_from_db()
            problem, status = _("This recipe was changed meanwhile. Look at it again, then save."), 409
        else:
            messages.success(request, _("The recipe is called {recipe} now.", recipe=recipe.name))
            return redirect("imports:recipes", who.team.slug)
    context = {
        "recipe": recipe,
        "typed": request.POST.get("name", recipe.name),
        "problem": problem,
        "steps": manage.steps(options_from_json(recipe.options), recipe.headers),
    }
    return render(request, "imports/recipe.html", context, status=status)


@require_POST
@admin
def delete(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Delete a recipe."""
    recipe = get_object_or_404(Recipe, team=who.team, pk=pk)
    manage.delete(recipe, who.user)
    messages.success(request, _("The recipe {recipe} is deleted.", recipe=recipe.name))
    return redirect("imports:recipes", who.team.slug)


@require_POST
@on_import(*DRAFT)
def repeat(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Do what was done with the last file of these headers, and go as far as nothing new is asked."""
    if offer.offered(imp) is None:
        messages.warning(request, _("This recipe is not there any more."))
        return back(request, who, imp)
    return HttpResponseRedirect(as_last_time(request, who, imp))


def as_last_time(request: HttpRequest, who: Access, imp: Import) -> str:
    """Do what the recipe for a file says, if there is one. Return where to go: Confirm, where nothing new is asked."""
    recipe = offer.offered(imp)
    if recipe is None:
        messages.info(request, _("No import before this one had a file with these columns."))
        return address_of(who, imp)
    lost = use.apply(imp, who.user, recipe, revision_of(request))
    imp.refresh_from_db()
    for sentence in lost:
        messages.warning(request, sentence)
    if not lost and use.asks_nothing_new(imp, recipe):
        return reverse("imports:confirm", args=[who.team.slug, imp.pk])
    if imp.state == State.READY:
        said = _("Done as with {recipe}. Each step can be taken back under Causes and options.", recipe=recipe.name)
        messages.success(request, said)
    return address_of(who, imp)


@require_POST
@on_import(*DRAFT)
def take_back(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Take one step of the applied recipe back, for this import."""
    left = manage.without(options_from_json(imp.options), request.POST.get("taken", ""))
    if left is None:
        messages.warning(request, _("This step is not there any more."))
    else:
        changed = {each.name: getattr(left, each.name) for each in fields(left)}
        revised(request, who, imp, revision_of(request), **changed)
    return back(request, who, imp)
