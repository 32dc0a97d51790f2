import pytest

from glow.estimators import limited_memory, memory_ceiling, set_memory_ceiling


def test_the_ceiling_is_a_gibibyte_unless_said_otherwise(monkeypatch):
    assert memory_ceiling() == 2**30
    monkeypatch.setenv("GLOW_MEMORY_CEILING", "1.5 MB")
    assert memory_ceiling() == 1_500_000
    with limited_memory("2 KiB"):
        assert memory_ceiling() == 2048
        with limited_memory(7):
            assert memory_ceiling() == 7
    assert memory_ceiling() == 1_500_000
    set_memory_ceiling(None)


@pytest.mark.parametrize(
    ("size", "error"),
    [("much", ValueError), ("3 ells", ValueError), (0, ValueError), (1.5, TypeError)],
)
def test_sizes_that_are_none_are_refused(size, error):
    with pytest.raises(error, match="memory ceiling must be"):
        set_memory_ceiling(size)
