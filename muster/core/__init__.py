"""The import as four verbs: parse, check, plan, sum up. Pure: no framework, no clock, no files, no database.

table = parse(data, schema)                      bytes → Table, or BadFile
checked = check(table, schema, options)          Table → Checked: every row on its own
plan = make_plan(checked, known, schema, options)    Checked + Known → Plan: what happens to whom
outcome = Outcome.of(plan)                       Plan → Outcome: counts, causes, problems
"""

from muster.core.checking import check
from muster.core.errors import ErrorCode
from muster.core.fields import Field, Kind, Options, Schema, custom_field
from muster.core.known import Known, Lookup, Stored
from muster.core.outcome import Outcome
from muster.core.plan import make_plan
from muster.core.problems import BadFile, Note, Problem
from muster.core.records import Checked, Record
from muster.core.table.reader import parse
from muster.core.table.table import Row, Table
from muster.core.verdicts import Plan, Verdict

__all__ = [
    "BadFile",
    "Checked",
    "ErrorCode",
    "Field",
    "Kind",
    "Known",
    "Lookup",
    "Note",
    "Options",
    "Outcome",
    "Plan",
    "Problem",
    "Record",
    "Row",
    "Schema",
    "Stored",
    "Table",
    "Verdict",
    "check",
    "custom_field",
    "make_plan",
    "parse",
]
