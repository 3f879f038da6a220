"""What the JSON door takes and answers, in marshmallow: one module a noun."""
