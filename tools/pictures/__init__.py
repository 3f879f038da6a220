"""Pictures of the shipped diagrams for docs/pathways: `make pictures`."""
