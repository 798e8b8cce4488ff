"""Tools for developers of Doorstep: they write the generated documentation. None is part of the product."""
