"""The ground floor: specs, columns and blocks, ops and their tracing, autodiff, random, errors."""
