/** Files the site ships beside the page: checkpoints and the scorer. */

/** Reads a file of a shipped folder; null when the site has none of that name. */
export type FileReader = (name: string) => Promise<Uint8Array | null>;

/** Files that are at hand, by their names. */
export function filesReader(files: Readonly<Record<string, Uint8Array>>): FileReader {
  return async (name) => files[name] ?? null;
}

/** Files under `base + folder + '/'`. Throws when the network fails, naming the address. */
export function assetFolder(base: string, folder: string): FileReader {
  return async (name) => {
    const url = new URL(`${folder}/${name}`, base);
    const response = await fetch(url).catch((error: unknown) => {
      throw new Error(
        `${url.pathname} could not be fetched (${String(error)}). Check the connection and try again.`,
      );
    });
    // A development server answers a missing file with its page.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (response.status === 404 || isPage) return null;
    if (!response.ok) throw new Error(`${url.pathname} could not be fetched: HTTP ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
