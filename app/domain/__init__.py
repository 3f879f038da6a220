"""Rules, words and time: the standard library and marshmallow only."""
