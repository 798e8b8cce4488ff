"""What every mail is asked on its way out of the service."""
