"""How fast marketing mail goes to each mailbox provider: who keeps a mailbox, and each one's share of a day."""
