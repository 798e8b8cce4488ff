"""The Graph API over HTTP: clients for a Page and for the app, and what each error code means."""
