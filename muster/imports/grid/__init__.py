"""The JSON that the grid on the Review page asks for."""
