"""The addresses of Contact Import, below /t/<team>/imports/."""

from __future__ import annotations

from django.urls import path

from muster.imports.grid import views
from muster.imports.pages import (
    columns,
    confirm,
    downloads,
    file_format,
    fix_many,
    fix_row,
    one,
    recipes,
    review,
    start,
)

app_name = "imports"
urlpatterns = [
    path("", start.history, name="history"),
    path("new/", start.new, name="new"),
    path("paste/", start.paste, name="paste"),
    path("template.csv", downloads.template, name="template"),
    path("template.xlsx", downloads.template_workbook, name="template_workbook"),
    path("recipes/", recipes.listed, name="recipes"),
    path("recipes/<int:pk>/", recipes.one, name="recipe"),
    path("recipes/<int:pk>/delete", recipes.delete, name="recipe_delete"),
    path("<uuid:pk>/", one.show, name="show"),
    path("<uuid:pk>/name", one.name, name="name"),
    path("<uuid:pk>/repeat", recipes.repeat, name="repeat"),
    path("<uuid:pk>/take-back", recipes.take_back, name="take_back"),
    path("<uuid:pk>/progress", one.progress, name="progress"),
    path("<uuid:pk>/rows-to-fix.csv", downloads.rows_to_fix, name="rows_to_fix"),
    path("<uuid:pk>/rows-to-fix.xlsx", downloads.fix_workbook, name="fix_workbook"),
    path("<uuid:pk>/changes.csv", downloads.changes, name="changes"),
    path("<uuid:pk>/original", downloads.original, name="original"),
    path("<uuid:pk>/look-anew", review.look_anew, name="look_anew"),
    path("<uuid:pk>/options", review.options, name="options"),
    path("<uuid:pk>/fix-here", confirm.fix_rows_here, name="fix_here"),
    path("<uuid:pk>/opt-outs", confirm.apply_opt_outs, name="apply_opt_outs"),
    path("<uuid:pk>/columns", columns.columns, name="columns"),
    path("<uuid:pk>/reading/", file_format.how_read, name="reading"),
    path("<uuid:pk>/rows/<int:number>/", fix_row.row, name="row"),
    path("<uuid:pk>/rows/<int:number>/leave-out", review.leave_out, name="leave_out"),
    path("<uuid:pk>/fix/", fix_many.fix, name="fix"),
    path("<uuid:pk>/grid/", views.state, name="grid"),
    path("<uuid:pk>/grid/rows", views.rows, name="grid_rows"),
    path("<uuid:pk>/grid/cells", views.cells, name="grid_cells"),
    path("<uuid:pk>/grid/ops", views.ops, name="grid_ops"),
    path("<uuid:pk>/grid/next", views.next_one, name="grid_next"),
    path("<uuid:pk>/grid/find", views.find_text, name="grid_find"),
    path("<uuid:pk>/grid/causes", views.causes, name="grid_causes"),
    path("<uuid:pk>/undo-step", review.undo_step, name="undo_step"),
    path("<uuid:pk>/redo-step", review.redo_step, name="redo_step"),
    path("<uuid:pk>/confirm/", confirm.confirm, name="confirm"),
    path("<uuid:pk>/cancel", confirm.cancel, name="cancel"),
    path("<uuid:pk>/undo/", confirm.undo_import, name="undo"),
]
