/** What a WebP says of itself before it is decoded. Source: the WebP container specification, RFC 9649. */

const ANIMATION_FLAG = 0x02;

/** Size in pixels of a still WebP; throws on a cut file and on an animation. */
export function inspectWebp(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(4, true) + 8;
  if (bytes.length < 30 || length > bytes.length) {
    throw new Error(
      `is cut short: ${bytes.length} bytes of the ${length} its header announces; copy or save it again`,
    );
  }
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  if (chunk === 'VP8X') {
    if (view.getUint8(20) & ANIMATION_FLAG)
      throw new Error('is an animated WebP; save the one frame you mean as a still');
    return { width: readUint24(view, 24) + 1, height: readUint24(view, 27) + 1 };
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  throw new Error(
    `is a WebP of an unknown kind (${JSON.stringify(chunk)}); save it again as PNG, JPEG or WebP`,
  );
}

function readUint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
