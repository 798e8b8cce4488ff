"""What a flow file may say: the models of its YAML, and the texts, cards and tables in it."""
