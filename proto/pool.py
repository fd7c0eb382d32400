"""The descriptor pool of the generated code: apart from protobuf's own, so that no other package's files meet it."""

from __future__ import annotations

from typing import Final

from google.protobuf.descriptor_pool import DescriptorPool

_POOL: Final = DescriptorPool()


def Default() -> DescriptorPool:  # noqa: N802  (named as in the module that it stands for in the generated code)
    """Return the pool."""
    return _POOL
