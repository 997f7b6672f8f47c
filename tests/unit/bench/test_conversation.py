from tests.bench.conversation import TOOLS, tools_wanted, turns


def test_a_third_of_the_turns_needs_a_tool():
    said = turns(30)
    assert len(said) == 30
    assert sum(text in TOOLS for text in said) == 10 == tools_wanted(30)


def test_callers_at_once_begin_in_different_places():
    assert turns(6, start=0)[0] != turns(6, start=2)[0]
    assert turns(4, start=2) == turns(6)[2:]
