"""The error that a failing user function becomes: stage, function, element, file and line."""

from __future__ import annotations

from ...core.errors import InvalidArgumentError, InvalidElementError, StageError
from ...core.provenance import Origin


def failure(
    stage: str, function: str, err: BaseException, node: int | None, element: int, origin: Origin | None = None
) -> StageError:
    """Return the error to raise `from err`.

    Args:
        stage: Transformation, e.g. `"map"`.
        function: Name of the user's function.
        err: What it raised.
        node: Number of the plan node.
        element: Index of the element among those that the stage was given.
        origin: File and record of the element.
    """
    at = f"element {element}"
    where = ", ".join(([f"node {node}"] if node is not None else []) + ([str(origin)] if origin else []))
    text = str(err)
    message = (
        f"{stage}: {function!r} raised {type(err).__name__} on {at}"
        + (f" ({where})" if where else "")
        + (f": {text}" if text else ".")
    )
    kind = InvalidElementError if isinstance(err, InvalidArgumentError) else StageError
    return kind(
        message,
        stage=stage,
        node=node,
        element_index=element,
        path=origin.path if origin else None,
        record_index=origin.number if origin else None,
    )
