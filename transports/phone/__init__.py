"""What all carriers' streams have in common: audio, keys, and marks that say what was heard."""
