"""Pages of the manager's view: one module a noun, under the tab bar of `tabs`."""
