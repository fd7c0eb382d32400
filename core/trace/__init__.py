"""Tracing: symbols, graphs, and running them on blocks."""

from .graph import Graph
from .simplify import simplify
from .symbol import Node, Scope, Symbol, placeholder
from .tracing import TracedFunction, trace

__all__ = ["Graph", "Node", "Scope", "Symbol", "TracedFunction", "placeholder", "simplify", "trace"]
