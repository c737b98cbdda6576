"""Films: their course in time, cameras that move, titles and subtitles, and the encoders that write them."""
