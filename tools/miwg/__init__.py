"""The MIWG reference models, brought in and carried out: `python -m tools.miwg FOLDER`."""
