from processors.idle import IdleLadder, IdlePolicy

POLICY = IdlePolicy()


def said(ladder: IdleLadder, *turns: int) -> list[str]:
    return [ladder.climb(turn).text for turn in turns]


def test_a_silent_caller_is_asked_twice_and_then_told_goodbye():
    ladder = IdleLadder(POLICY)
    assert said(ladder, 1, 1, 1) == [*POLICY.questions, POLICY.goodbye]


def test_only_the_goodbye_hangs_up():
    ladder = IdleLadder(POLICY)
    assert [ladder.climb(0).hangs_up for _ in range(3)] == [False, False, True]


def test_who_answers_is_asked_from_the_start_when_silent_again():
    ladder = IdleLadder(POLICY)
    first, second = POLICY.questions
    assert said(ladder, 1, 1, 2, 2, 3) == [first, second, first, second, first]


def test_without_questions_the_first_silence_ends_the_call():
    assert IdleLadder(IdlePolicy(questions=())).climb(0).hangs_up


def test_who_is_asked_in_one_language_is_told_goodbye_in_the_other():
    """And is not asked more often where there are fewer questions."""
    ladder = IdleLadder(POLICY)
    ladder.climb(1)
    ladder.climb(1)
    ladder.follow(IdlePolicy(questions=("¿Sigue ahí?",), goodbye="¡Adiós!"))
    assert ladder.climb(1).text == "¡Adiós!"
