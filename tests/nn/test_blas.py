"""Claims on one BLAS thread: they nest, end with errors, and give back what was there."""

import numpy as np
import pytest

from penstock.nn import Sequential, blas, layers
from penstock.nn.models import loops


class Fake:
    """Switches of a BLAS that notes what it is set to."""

    def __init__(self, threads):
        self.threads = threads
        self.set_to = []

    def get(self):
        return self.threads

    def set(self, n):
        self.threads = n
        self.set_to.append(n)


@pytest.fixture
def fake(monkeypatch):
    made = Fake(8)
    monkeypatch.setattr(blas, "_openblas", lambda: made)
    return made


def test_claims_nest_and_restore(fake):
    with blas.single_thread(), blas.single_thread():
        assert fake.threads == 1
    assert fake.set_to == [1, 8]
    with pytest.raises(KeyError), blas.single_thread():
        raise KeyError
    assert fake.threads == 8


def test_released_early(fake):
    with blas.single_thread() as claim:
        claim.release()
        assert fake.threads == 8
    assert fake.set_to == [1, 8]


def test_without_such_a_blas_nothing_happens(monkeypatch):
    monkeypatch.setattr(blas, "_openblas", lambda: None)
    with blas.single_thread():
        pass


def test_real_switches_work_where_there_are_some():
    threads = blas._openblas()
    if threads is None:
        pytest.skip("NumPy has another BLAS here")
    before = threads.get()
    with blas.single_thread():
        assert threads.get() == 1
    assert threads.get() == before


def test_training_runs_small_models_on_one_thread_and_large_ones_on_all(fake, monkeypatch):
    x = np.ones((4, 2), np.float32)
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], verbose=0)
    assert fake.set_to == [1, 8]
    monkeypatch.setattr(loops, "LARGE_PRODUCT", 8)
    during = []
    step = model.test_step
    monkeypatch.setattr(model, "test_step", lambda data: during.append(fake.threads) or step(data))
    model.evaluate(x, x[:, :1], batch_size=2, verbose=0)
    model.evaluate(x, x[:, :1], batch_size=4, verbose=0)
    assert during == [1, 1, 1]
    model.evaluate([(x, x[:, :1])] * 3, verbose=0)
    assert during[3:] == [1, 8, 8]
