"""Who may see a record beyond what ties people to a child: restricted, opened in an emergency, shared, looked at."""
