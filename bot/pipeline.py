"""The whole data path of a call, on one screen."""

from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.transports.base_transport import BaseTransport

from bot.providers import DirectStages, RealtimeStages, Stages
from processors.spared import Pipeline


def cascade(
    transport: BaseTransport, stages: Stages, context: LLMContextAggregatorPair
) -> Pipeline:
    """Speech -> text -> reply -> speech, every stage streaming into the next."""
    return Pipeline(
        [
            transport.input(),  # the caller's audio
            stages.vad,  # speech or noise?
            stages.stt,  # audio -> words, while they are spoken
            stages.alarm,  # "there is a fire": no model is asked
            context.user(),  # words -> a finished turn
            stages.loop,  # the same words again and again: a machine, no model is asked
            stages.llm,  # turn -> reply tokens and tool calls
            stages.filler,  # "one moment..." while a tool runs
            stages.tts,  # tokens -> audio, clause by clause
            stages.playback,  # what is yet to be heard: held while the caller makes a sound
            transport.output(),  # audio to the caller
            stages.heard,  # what has been heard
            context.assistant(),  # what was really heard -> memory
        ]
    )


def realtime(
    transport: BaseTransport, stages: RealtimeStages, context: LLMContextAggregatorPair
) -> Pipeline:
    """Speech -> speech, by one model that hears, thinks and speaks."""
    return Pipeline(
        [
            transport.input(),  # the caller's audio
            stages.vad,  # speech or noise? for our clocks: the model takes turns by itself
            context.user(),  # whose turn it is, and what was said
            stages.alarm,  # "there is a fire": no model is asked
            stages.loop,  # the same words again and again: a machine
            stages.stand_in,  # another voice, for when the model has none
            stages.model,  # audio -> audio and tool calls
            stages.filler,  # "still looking..." while a tool runs, said by the model
            transport.output(),  # audio to the caller
            context.assistant(),  # what was really heard -> memory
        ]
    )


def direct(
    transport: BaseTransport, stages: DirectStages, context: LLMContextAggregatorPair
) -> Pipeline:
    """A caller who talks to the model itself: what is said and asked for comes by, no audio."""
    return Pipeline(
        [
            transport.input(),  # whether the caller is there
            stages.model,  # tool calls, and both sides' words
            stages.alarm,  # "there is a fire": no model is asked
            stages.filler,  # "still looking..." while a tool runs, said by the model
            transport.output(),  # nothing: the caller hears the provider
            context.assistant(),  # what tools have found -> memory
        ]
    )
