"""From one state to another with a soft start and end."""

import numpy as np

from visualiser.typed import FloatArray


def ease(share: FloatArray) -> FloatArray:
    """Shares (...), cut off below 0 and above 1, with a soft start and end."""
    share = np.clip(share, 0.0, 1.0)
    eased: FloatArray = share * share * (3.0 - 2.0 * share)
    return eased
