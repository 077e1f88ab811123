/** Returns the salt of an owner's entries, which nobody else's keys have; the deployment's own, if its callers share them. */
export function ownSalt(salt: string, owner: string | undefined): string {
  return owner === undefined ? salt : JSON.stringify([salt, owner]);
}
