"""Examples of the catalogue as pages show them: a cell before and after."""

from muster.core.errors import REGISTRY, example


def test_most_problems_of_a_cell_have_one() -> None:
    cells = [code for code, each in REGISTRY.items() if each.level in ("cell", "phone")]
    assert sum(example(code) is not None for code in cells) > len(cells) * 0.7


def test_it_is_what_a_person_could_have_typed() -> None:
    assert example("phone-shortened") is not None
    for code in REGISTRY:
        found = example(code)
        assert found is None or not any("file:" in each or "|" in each or "[" in each for each in found)


def test_there_is_none_where_one_cell_does_not_show_it() -> None:
    assert example("file-empty") is None
    assert example("id-twice") is None
