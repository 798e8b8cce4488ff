"""How many mails go out in the next days: what is likely, what is noted each night, and the brake that goes by it."""
