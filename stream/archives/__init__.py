"""Archives of articles in the formats that people have, read as JSON lines with every damage told as a value."""
