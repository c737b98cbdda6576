"""The body as immutable values, each with its source: bones, joints, muscles, nerves, landmarks."""
