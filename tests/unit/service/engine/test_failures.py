"""How an error is told: by type and place, never by its text."""

from service.engine.failures import describe_error


def _fail() -> None:
    message = "mia@example.com"
    raise ValueError(message)


def _caught() -> ValueError:
    try:
        _fail()
    except ValueError as error:
        return error
    raise AssertionError


def test_type_and_the_innermost_place_are_told() -> None:
    """The function that raised and its line, without the text."""
    described = describe_error(_caught())
    assert described == f"ValueError in _fail:{_fail.__code__.co_firstlineno + 2}"


def test_of_a_group_the_first_error_is_told() -> None:
    """A task group wraps what its tasks raised; the group itself says nothing."""
    error = _caught()
    assert describe_error(ExceptionGroup("several", [ExceptionGroup("inner", [error])])) == describe_error(error)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    """Only its type is told."""
    assert describe_error(KeyError("mia")) == "KeyError"
