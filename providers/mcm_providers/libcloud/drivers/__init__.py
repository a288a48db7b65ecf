"""What is known of each libcloud driver: one package for each proven one, and a best effort for the others."""
