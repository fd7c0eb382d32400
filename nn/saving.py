"""Models as files: one archive of configs, weights, compile arguments and the optimizer's state.

Layout inside the archive of `core/saving/archive.py`::

    config.json              {"object", "build", "compile", "optimizer_is_built"}
    arrays/model/<name>      what `Model.save_arrays` returned
    arrays/optimizer/<name>  what `Optimizer.save_arrays` returned

Files hold data only: classes and functions are named, and looked up among those that are registered.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from ..core import saving
from ..core.errors import DataLossError, InvalidArgumentError, describe
from ..core.saving.apart import state_apart
from ..core.saving.registry import register_home

if TYPE_CHECKING:
    from .models.model import Model

_MODEL, _OPTIMIZER = "model/", "optimizer/"

# Models hold preprocessing layers; a process that loads one need not have imported them.
register_home("penstock", f"{__name__.partition('.')[0]}.preprocessing")


def save_model(model: Model, filepath: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Write a model to one file; see `Model.save`."""
    _check_target("save", filepath, overwrite=overwrite)
    optimizer = model.optimizer if model.compiled else None
    with state_apart():
        config = {
            "object": saving.serialize(model),
            "build": model.get_build_config(),
            "compile": model.get_compile_config(),
            "optimizer_is_built": optimizer is not None and optimizer.built,
        }
    arrays = {_MODEL + name: array for name, array in model.save_arrays().items()}
    if optimizer is not None:
        arrays |= {_OPTIMIZER + name: array for name, array in optimizer.save_arrays().items()}
    saving.write_archive(filepath, config, arrays)


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    *,
    compile: bool = True,
) -> Any:
    """Return the model that `Model.save` wrote, or the layer that a layer's `save` wrote (`FeatureSpace.save`).

    Args:
        filepath: The file.
        custom_objects: Classes and functions by name, for those that are not registered.
        compile: Whether to compile it as it was, with the optimizer's state, so that training goes on.

    Raises:
        NotFoundError: There is no such file, or a class or function in it is not registered.
        DataLossError: The file is damaged, or no such archive.
    """
    from . import activations, constraints, initializers, layers, losses, metrics, models, optimizers, regularizers

    # What saved models may name must be registered before it is looked up.
    assert all((activations, constraints, initializers, layers, losses, metrics, models, optimizers, regularizers))
    archive = saving.read_archive(filepath)
    config = archive.config
    if not isinstance(config, dict) or "object" not in config:
        raise _damaged(filepath, "config.json names no object")
    if "compile" not in config:
        return saving.load(filepath, custom_objects=custom_objects)
    model = saving.deserialize(config["object"], custom_objects)
    try:
        model.build_from_config(config.get("build") or {})
        model.load_arrays(_part(archive.arrays, _MODEL))
        if compile and config.get("compile") is not None:
            model.compile_from_config(config["compile"], custom_objects)
            _load_optimizer(model, config, _part(archive.arrays, _OPTIMIZER))
    except (InvalidArgumentError, KeyError) as err:
        raise _damaged(filepath, f"the arrays do not fit the config ({err})") from err
    return model


def save_weights(model: Model, filepath: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Write a model's weights to one file."""
    _check_target("save_weights", filepath, overwrite=overwrite)
    arrays = {_MODEL + name: array for name, array in model.save_arrays().items()}
    saving.write_archive(filepath, {"weights_of": type(model).__name__}, arrays)


def load_weights(model: Model, filepath: str | os.PathLike[str]) -> None:
    """Set a model's weights from a file that `save_weights` or `save_model` wrote.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: The file is damaged.
        InvalidArgumentError: The model has other weights, or none yet.
    """
    arrays = _part(saving.read_archive(filepath).arrays, _MODEL)
    if not model.built and arrays:
        raise InvalidArgumentError(
            f"load_weights: the model must have weights. Received: {describe(model)}, which is not built. "
            "Call it on data, or build(input_shape), first."
        )
    model.load_arrays(arrays)


def _load_optimizer(model: Model, config: Mapping[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
    if model.optimizer is None:
        return
    if config.get("optimizer_is_built"):
        model.optimizer.build(model.trainable_weights)
    model.optimizer.load_arrays(arrays)


def _part(arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> dict[str, npt.NDArray[Any]]:
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


def _check_target(where: str, filepath: str | os.PathLike[str], *, overwrite: bool) -> None:
    if not overwrite and Path(filepath).exists():
        raise InvalidArgumentError(
            f"{where}: the file must not exist when overwrite=False. Received: filepath={os.fspath(filepath)!r}."
        )


def _damaged(filepath: str | os.PathLike[str], why: str) -> DataLossError:
    name = os.fspath(filepath)
    return DataLossError(
        f"{name}: the saved model cannot be read: {why}. The file is damaged or was not written by penstock.", path=name
    )
