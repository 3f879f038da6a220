"""The designer's workbench: drafts of pathways, what a change does, publishing and migrating."""
