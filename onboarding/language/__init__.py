"""What a sequence file may say: its models, its checks, and the compiled catalog."""
