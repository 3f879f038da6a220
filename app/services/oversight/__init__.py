"""What managers see and do beyond single tasks: the board, running pathways, compliance, reports, escalations, records.

Every number is of what the viewer may see, and opens as the list that it counts.
"""
