"""The reader: any bytes to a `Table`, or the problems of the file. Start with `reader.py`."""
