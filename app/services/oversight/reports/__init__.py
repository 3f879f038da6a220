"""What managers report on: one module a report, one table of all of them (`registry`).

Each report counts from what the pathways have recorded, never from a list kept beside it; `shape` says what a report
is made of, `scope` what the viewer may see of it, `making` makes it, `exporting` writes it as CSV and XLSX.
"""
