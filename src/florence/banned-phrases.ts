/**
 * Phrases without boxes in phrase grounding: pronouns, quantifiers and words for the image itself. The model was trained on
 * captions in which every phrase had a box, so it generates meaningless boxes for these too. The list is the one in
 * Florence-2's original processor. The comparison is exact and case-sensitive.
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
