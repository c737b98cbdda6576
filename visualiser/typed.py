"""Array types used in signatures, in one place."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
ByteArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
