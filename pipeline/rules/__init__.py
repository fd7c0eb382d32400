"""Rules that rewrite plans."""

from .base import Rule, rewrite
from .ruleset import RULES, STAGES, optimize

__all__ = ["RULES", "STAGES", "Rule", "optimize", "rewrite"]
