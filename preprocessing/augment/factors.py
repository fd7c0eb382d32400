"""Factors of random layers: a number or two, as the ends of a range."""

from __future__ import annotations

from typing import Any

from ...core.errors import InvalidArgumentError, describe


def symmetric_range(
    value: Any, where: str, name: str, *, least: float, open_below: bool = False
) -> tuple[float, float]:
    """Return (-f, f) for a number f, and two numbers in ascending order.

    Args:
        value: A number or two, all in [least, 1].
        where: Start of messages.
        name: Name of the argument.
        least: Least number.
        open_below: Whether `least` itself is refused.

    Raises:
        InvalidArgumentError: They are something else.
    """
    numbers = _numbers(value)
    if not numbers or any(v > 1 or v < least or (open_below and v == least) for v in numbers):
        raise InvalidArgumentError(
            f"{where}: {name} must be a number or two in {'(' if open_below else '['}{least:g}, 1]. "
            f"Received: {name}={describe(value)}."
        )
    if len(numbers) == 1:
        return -abs(numbers[0]), abs(numbers[0])
    return min(numbers), max(numbers)


def bounded_range(value: Any, where: str, least: float, greatest: float) -> tuple[float, float]:
    """Return the range of a factor as Keras understands it.

    A number f, in [least, greatest], gives (-|f|, |f|), the lower end raised to `least`. Two numbers give themselves in
    ascending order; they may reach beyond the bounds as long as the first is not above and the second not below them.

    Raises:
        InvalidArgumentError: They are something else.
    """
    numbers = _numbers(value)
    if len(numbers) == 1 and least <= numbers[0] <= greatest:
        return max(-abs(numbers[0]), least), abs(numbers[0])
    if len(numbers) == 2 and numbers[0] <= greatest and numbers[1] >= least:
        return min(numbers), max(numbers)
    raise InvalidArgumentError(
        f"{where}: factor must be a number or two in [{least:g}, {greatest:g}]. Received: factor={describe(value)}."
    )


def positive_range(value: Any, where: str, name: str) -> tuple[float, float]:
    """Return (0, f) for a number f, and two numbers in ascending order.

    Raises:
        InvalidArgumentError: They are not one or two numbers in [0, 1].
    """
    numbers = _numbers(value)
    if not numbers or any(not 0 <= v <= 1 for v in numbers):
        raise InvalidArgumentError(
            f"{where}: {name} must be a number or two in [0, 1]. Received: {name}={describe(value)}."
        )
    return (0, numbers[0]) if len(numbers) == 1 else (min(numbers), max(numbers))


def value_range(value: Any, where: str) -> list[float]:
    """Return the least and the greatest value of a pixel, as given.

    Raises:
        InvalidArgumentError: They are not two numbers.
    """
    if isinstance(value, list | tuple) and len(_numbers(value)) == 2:
        return list(value)
    raise InvalidArgumentError(
        f"{where}: value_range must be a list of two numbers. Received: value_range={describe(value)}."
    )


def as_json(value: Any) -> Any:
    """Return a factor as it stands in configs."""
    return list(value) if isinstance(value, tuple) else value


def _numbers(value: Any) -> list[Any]:
    """Return one or two numbers as a list, anything else as an empty one."""
    found = list(value) if isinstance(value, list | tuple) else [value]
    given = 2 if isinstance(value, list | tuple) else 1
    fine = len(found) == given and all(isinstance(v, int | float) and not isinstance(v, bool) and v == v for v in found)
    return found if fine else []
