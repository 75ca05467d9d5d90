"""Pictures out of words, from an API that speaks as OpenAI's does."""
