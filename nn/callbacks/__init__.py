"""Callbacks: what happens beside training, at its beginnings and ends."""

from .callback import Callback
from .callback_list import CallbackList
from .history import History
from .progress import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "ProgbarLogger"]
