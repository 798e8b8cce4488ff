"""Publishing a changed workspace while people are in conversations: what differs, who stands where, and the swap."""
