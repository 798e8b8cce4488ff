"""From an MJML template and a person to subject, HTML and plain text."""
