"""Days and times in words: vocabulary, grammar, meanings, and the question that asks for them."""
