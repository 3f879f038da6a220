"""The embedding of SpiffWorkflow: pure, bytes and state in, state and a Step out."""
