from bot.providers.subtitles import LETTERS_PER_SEC, Subtitles


def test_a_word_is_given_when_so_much_audio_was():
    subtitles = Subtitles()
    subtitles.write("Hello there")
    assert subtitles.play(5 / LETTERS_PER_SEC - 0.01) == []
    assert subtitles.play(0.02) == ["Hello"]


def test_a_word_in_pieces_is_given_whole():
    subtitles = Subtitles()
    for piece in ("An app", "oint", "ment on"):
        subtitles.write(piece)
    assert subtitles.play(10.0) == ["An", "appointment"]
    assert subtitles.rest() == ["on"]


def test_what_was_written_late_comes_with_the_next_audio():
    subtitles = Subtitles()
    assert subtitles.play(2.0) == []
    subtitles.write("Yes it is ")
    assert subtitles.play(0.01) == ["Yes", "it", "is"]


def test_nothing_is_left_of_what_nobody_will_hear():
    subtitles = Subtitles()
    subtitles.write("One two three")
    subtitles.drop()
    assert subtitles.play(9.0) == []
    assert subtitles.rest() == []


def test_after_the_rest_a_text_begins_anew():
    subtitles = Subtitles()
    subtitles.write("One two")
    assert subtitles.rest() == ["One", "two"]
    subtitles.write("Three four")
    assert subtitles.play(0.1) == []
