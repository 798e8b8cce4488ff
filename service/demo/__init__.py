"""The demo: stand-ins for the outside world, spoken to over real HTTP and SMTP."""
