"""Array types used in signatures, in one place."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
IntArray = NDArray[np.intp]
ByteArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
