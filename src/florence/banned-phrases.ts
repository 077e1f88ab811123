/**
 * Phrases that phrase grounding gives no boxes for: pronouns, quantifiers and words for the picture itself. The model was
 * trained on captions whose every phrase got a box, so it writes boxes for these too, and they mean nothing. The list is
 * the one in Florence-2's original processor; it is compared exactly, upper and lower case apart.
 */
export const bannedPhrases: ReadonlySet<string> = new Set(
  [
    "it, I, me, mine, you, your, yours, he, him, his, she, her, hers, they, them, their, theirs, one, oneself, we, us, our",
    "ours, its, myself, yourself, himself, herself, itself, ourselves, yourselves, themselves, this, that, these, those",
    "who, whom, whose, which, what, all, another, any, anybody, anyone, anything, each, everybody, everyone, everything",
    "few, many, nobody, none, several, some, somebody, someone, something, each other, one another",
    "the image, image, images, the, a, an, a group, other objects, lots, a set",
  ].flatMap((line) => line.split(", ")),
);
