"""The record of one child as it stood at a moment: collected once, for a page, a paper and other systems.

`collecting` reads it, `contents` says what it consists of, `shape` is the same as JSON, `printing` as a paper,
`bundling` puts both and the documents into one file, `taking` is the use case.
"""
