"""What has been done and told, in a database."""
