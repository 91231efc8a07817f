"""All rules, errors first: the one table that lint, its documentation and its exports go by."""

from __future__ import annotations

from reports.lint.rules.costs import COSTS
from reports.lint.rules.errors import ERRORS

RULES = (*ERRORS, *COSTS)
