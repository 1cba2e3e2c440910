"""The garbage collector is off during imports, and only then."""

import gc

import pytest

from feedsvc.importing import importing


def test_the_garbage_collector_is_off_during_imports() -> None:
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_garbage_collector_is_on_again_after_an_import_that_fails() -> None:
    with pytest.raises(ImportError), importing():
        raise ImportError
    assert gc.isenabled()


def test_what_was_imported_is_never_searched() -> None:
    before = gc.get_freeze_count()
    with importing():
        made = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    assert gc.get_freeze_count() >= before + len(made)
    gc.unfreeze()
