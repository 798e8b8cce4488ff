"""The pages behind the answers of a mail, shown in the mailbox instead of in a new tab."""
