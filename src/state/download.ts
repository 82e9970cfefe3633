/** Hands files to the reader as one zip. */
import { zipSync } from 'fflate';

/** Offers `name.zip` with the files under a folder of that name. */
export function saveFiles(name: string, files: Readonly<Record<string, Uint8Array>>): void {
  const entries = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [`${name}/${path}`, bytes]),
  );
  // Weights do not compress; level 0 only packs.
  const url = URL.createObjectURL(new Blob([zipSync(entries, { level: 0 })], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
