"""Years of invented children, so that lists, reports and speed can be judged on more than a handful.

`stories` say what happens to a child, `lived` lets it happen with the real services and the real engine on a
simulated clock, `copied` writes it into the database for as many children as are wanted.
"""
