"""From flow files to compiled steps."""
