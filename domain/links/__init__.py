"""Links of mails: whose are counted, how followed ones enter the record, and what a graded one means."""
