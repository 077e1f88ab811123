"""The synthetic world: everyday things drawn as emoji, words in open fonts, all of it exact by construction."""
