"""Tracing: symbols, graphs, and running them on blocks."""

from .graph import Graph
from .simplify import simplify
from .symbol import Node, Scope, Symbol, placeholder

__all__ = ["Graph", "Node", "Scope", "Symbol", "placeholder", "simplify"]
