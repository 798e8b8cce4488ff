"""The running service: settings, composition, worker, jobs, health."""
