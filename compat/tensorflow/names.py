"""Classes that `tf` calls by other names."""

from ...core.specs import RaggedSpec, SparseSpec, as_shape
from ...nn.initializers import GlorotUniform, Ones, Zeros

RaggedTensorSpec = RaggedSpec
SparseTensorSpec = SparseSpec
TensorShape = as_shape  # shapes are tuples here
glorot_uniform_initializer = GlorotUniform
ones_initializer = Ones
zeros_initializer = Zeros
