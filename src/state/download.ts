/** Hands files to the reader: one as it is, several as one zip. */
import { zipSync } from 'fflate';

/** Offers `name.zip` with the files under a folder of that name. */
export function saveFiles(name: string, files: Readonly<Record<string, Uint8Array>>): void {
  const entries = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [`${name}/${path}`, bytes]),
  );
  // Weights do not compress; level 0 only packs.
  saveBlob(`${name}.zip`, new Blob([zipSync(entries, { level: 0 })], { type: 'application/zip' }));
}

/** Offers one file. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
