"""Values of the whole house: stored, changed, looked at each second."""
