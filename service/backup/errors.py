"""What is wrong with a backup; on its own, so that whoever prints it needs no library of encryption."""


class BackupFileError(Exception):
    """The file is no backup, is damaged, or was made with another secret.  Nothing was written anywhere."""
