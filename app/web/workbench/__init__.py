"""The pages of the designer's workbench, one blueprint a noun."""
