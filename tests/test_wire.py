"""The frame between grader and worker carries plain data, and believes nothing."""

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.exam.distance import same_returns
from autograder.isolation.inside import wire
from autograder.isolation.inside.wire import Decoder, FrameError, Opaque, encode


def there_and_back(value: Any) -> Any:
    blobs: list[bytes] = []
    header = json.loads(json.dumps(encode(value, blobs)))
    return Decoder(bytearray(b"".join(blobs))).whole(header)


VALUES = {
    "nothing": None,
    "numbers": [True, 1, -(2**62), 0.1, math.inf, "a" * 5000, "é"],
    "nested": {"a": (1, [2.0, {"b": None}])},
    "float32": torch.arange(6.0).reshape(2, 3),
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "boolean": torch.tensor([True, False]),
    "empty": torch.empty(0, 3, dtype=torch.float64),
    "scalar": torch.tensor(2, dtype=torch.int64),
    "array": np.arange(4.0).reshape(2, 2),
    "array of columns": np.arange(6.0).reshape(2, 3).T,
    "array of float32": np.arange(3, dtype=np.float32),
    "array of integers": np.arange(3),
    "array of truths": np.array([True, False]),
    "array without entries": np.empty((0, 3)),
    "array without axes": np.array(2.5),
    "arrays by name": {"dx": np.zeros((2, 3)), "db": np.ones(3)},
}


@pytest.mark.parametrize("name", VALUES)
def test_plain_data_comes_back_as_it_was(name: str) -> None:
    value = VALUES[name]

    found = there_and_back(value)

    assert type(found) is type(value)
    assert same_returns(found, value)


def test_an_array_that_looks_at_another_backwards_comes_back_in_its_own_order() -> None:
    value = np.arange(6.0).reshape(2, 3)[:, ::-1]

    assert there_and_back(value).tolist() == value.tolist()


def test_an_array_comes_back_as_one_that_can_be_written_to() -> None:
    found = there_and_back(np.arange(3.0))

    found += 1

    assert found.tolist() == [1.0, 2.0, 3.0]


class Liar:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


STRANGE = {
    "an object": Liar(),
    "a module": torch,
    "a sparse tensor": torch.eye(3).to_sparse(),
    "a meta tensor": torch.empty(1 << 40, device="meta"),
    "a complex tensor": torch.zeros(2, dtype=torch.complex64),
    "sixteen gigabytes of one number": torch.zeros(1).expand(1 << 20, 1 << 12),
    "numbers as keys": {1: 2},
    "a huge number": 1 << 70,
    "an array of objects": np.array([object()]),
    "an array of complex numbers": np.zeros(2, dtype=np.complex128),
    "an array of texts": np.array(["a"]),
    "an array of another byte order": np.zeros(2, dtype=">f8"),
    "an array of records": np.zeros(2, dtype=[("a", "f8")]),
}


@pytest.mark.parametrize("name", STRANGE)
def test_anything_else_crosses_as_the_name_of_its_type(name: str) -> None:
    assert isinstance(there_and_back(STRANGE[name]), Opaque)


def test_a_numpy_float_is_a_float() -> None:
    assert type(there_and_back(np.float64(0.5))) is float


BAD = {
    "two tags": {"f": "0x1p0", "l": []},
    "no such tag": {"x": 1},
    "a list that is none": {"l": 1},
    "a float that is none": {"f": "one"},
    "a shape that overflows": {"t": ["f4", [1 << 20, 1 << 20, 1 << 20], 0]},
    "a shape that lies": {"t": ["f4", [3], 4]},
    "a negative length": {"t": ["f4", [-1], 4]},
    "an unknown dtype": {"t": ["c8", [1], 8]},
    "more bytes than there are": {"t": ["f4", [100], 400]},
    "bytes left over": None,
    "nested too deep": {"l": [{"l": [{"l": [{"l": [{"l": [{"l": [{"l": [{"l": [{"l": [1]}]}]}]}]}]}]}]}]},
    "a long text in the header": "a" * 2000,
    "a pair that is none": {"d": [["a"]]},
    "true for a length": {"s": True},
}


@pytest.mark.parametrize("name", BAD)
def test_a_lying_value_is_refused(name: str) -> None:
    with pytest.raises(FrameError):
        Decoder(bytearray(4)).whole(BAD[name])


@pytest.mark.parametrize(
    "data", [b"X" * 16, wire.PREFIX.pack(wire.MAGIC, 1 << 21, 0), wire.PREFIX.pack(wire.MAGIC, 2, 1 << 62)]
)
def test_a_frame_that_lies_about_itself_is_refused(data: bytes) -> None:
    source = iter([data])

    def recv_into(view: memoryview) -> int:
        view[:] = next(source)
        return len(view)

    with pytest.raises(FrameError):
        wire.receive(recv_into)
