/** Florence-2's decoder has 1024 positions, so no answer is longer (`max_position_embeddings`). */
export const MAX_NEW_TOKENS = 1024;

/** Maximum length of an image's URL, in characters: signed URLs of object stores have about two thousand. */
export const MAX_URL_CHARACTERS = 4096;
