"""The first page of a team: what people look at rather than read."""
