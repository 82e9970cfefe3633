/**
 * Data sets of others, in PeBR's format: an array of {qid, problem, answer, images, key_words} beside its images, as
 * dropped files, a folder or a zip. Nothing is trusted and nothing is fetched: an image is one of the files given.
 * What is wrong comes back as problems, each naming its record: what, the value received, what to do.
 * `node.ts` (files on disk) is imported by name, by the terminal only.
 */
export { loadTaskSet } from './load.ts';
export type { FileEntry, LoadOptions, LoadResult, Problem } from './types.ts';
export { writeTaskSetFiles } from './write.ts';
export { readZip } from './zip.ts';
