/** What clients wait for while the API starts. */
export function createGate({ restart }: { readonly restart: () => Promise<void> }) {
  let opening: Promise<void> = Promise.resolve();
  return {
    open: async (): Promise<void> => opening,
    restart: (): Promise<void> => (opening = restart()),
  };
}
