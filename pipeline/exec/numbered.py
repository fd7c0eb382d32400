"""Numbered: the base of sources whose position is the number of their next row."""

from __future__ import annotations

from .base import Context, N, Operator, State


class Numbered(Operator[N]):
    """A source that can go on at any row; `pull` counts `_next` up by the rows that it returns."""

    def __init__(self, node: N, context: Context) -> None:
        super().__init__(node, context)
        self._next = 0

    def get_state(self) -> State:
        return {"next": self._next}

    def set_state(self, state: State) -> None:
        self._next = state["next"]

    def advanced(self, state: State, rows: int) -> State:
        return {"next": state["next"] + rows}
