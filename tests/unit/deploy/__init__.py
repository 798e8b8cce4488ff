"""What is handed to operators."""
