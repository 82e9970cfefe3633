/** Ports of this machine. */
import { createServer } from 'node:net';

/**
 * Can this address and port be listened on? An address family that is missing here is in nobody's way.
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => {
      resolve('code' in error && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * First free port from a number on. A browser may take "localhost" for ::1, so that must be free as well.
 * @param {string} host
 * @param {number} first
 */
export async function freePort(host, first) {
  const last = Math.min(first + 100, 65535);
  for (let port = first; port <= last; port++) {
    if ((await isFree(host, port)) && (await isFree('::1', port))) return port;
  }
  throw new Error(`no free port from ${first} to ${last} at ${host}`);
}
