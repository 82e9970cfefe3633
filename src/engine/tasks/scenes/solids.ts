/**
 * The four solids, seen by an orthographic camera that looks down at PITCH. View axes: x right, y up, z towards
 * the camera; a solid stands upright, its centre at the origin, in units of its outline's longer side.
 */

/** Surface point: height is the ray's z, the normal is in view axes. */
export interface Hit {
  z: number;
  nx: number;
  ny: number;
  nz: number;
}

const PITCH = (32 * Math.PI) / 180;
const COS = Math.cos(PITCH);
const SIN = Math.sin(PITCH);

/** Radius and half height of cylinder and cone, before they are scaled to an outline of length one. */
const CYLINDER = { radius: 0.5, half: 0.62 };
const CONE = { radius: 0.56, half: 0.62 };

/** Outline's width and height when the longer one is 1. */
export function projectedExtent(
  shape: string,
  yaw: number,
): { readonly width: number; readonly height: number } {
  const { width, height } = rawExtent(shape, yaw);
  const longest = Math.max(width, height);
  return { width: width / longest, height: height / longest };
}

function rawExtent(shape: string, yaw: number): { width: number; height: number } {
  const turned = Math.abs(Math.cos(yaw)) + Math.abs(Math.sin(yaw));
  switch (shape) {
    case 'cube':
      return { width: turned, height: COS + turned * SIN };
    case 'cylinder':
      return { width: 2 * CYLINDER.radius, height: 2 * (CYLINDER.half * COS + CYLINDER.radius * SIN) };
    case 'cone':
      return { width: 2 * CONE.radius, height: 2 * CONE.half * COS + CONE.radius * SIN };
    case 'sphere':
      return { width: 1, height: 1 };
    default:
      throw new Error(`shape: got ${JSON.stringify(shape)}; give one of cube, sphere, cylinder, cone`);
  }
}

/**
 * What the ray through (x, y) meets: fills `hit` and returns true, or returns false. x and y are in units of the
 * outline's longer side, from the outline's centre, y up.
 */
export function intersect(shape: string, yaw: number, x: number, y: number, hit: Hit): boolean {
  const { width, height } = rawExtent(shape, yaw);
  const scale = Math.max(width, height);
  switch (shape) {
    case 'sphere':
      return sphere(2 * x, 2 * y, hit);
    case 'cube':
      return cube(x * scale, y * scale, yaw, hit);
    case 'cylinder':
      return cylinder(x * scale, y * scale, hit);
    default:
      // The cone's outline ends at its tip above and at its base circle below: its middle is not the origin.
      return cone(x * scale, y * scale - (CONE.radius * SIN) / 2, hit);
  }
}

function sphere(x: number, y: number, hit: Hit): boolean {
  const rest = 1 - x * x - y * y;
  if (rest < 0) return false;
  hit.z = Math.sqrt(rest);
  hit.nx = x;
  hit.ny = y;
  hit.nz = hit.z;
  return true;
}

/** World direction (up u, depth d towards the camera, x) → view axes. */
function setNormal(hit: Hit, x: number, up: number, depth: number): void {
  hit.nx = x;
  hit.ny = up * COS - depth * SIN;
  hit.nz = up * SIN + depth * COS;
}

/** Slab test: along the ray the world point is (x, y·COS + t·SIN, −y·SIN + t·COS) in (x, up, depth). */
function cube(x: number, y: number, yaw: number, hit: Hit): boolean {
  const c = Math.cos(yaw);
  const s = Math.sin(yaw);
  const depth0 = -y * SIN;
  const origin = [c * x + s * depth0, y * COS, -s * x + c * depth0];
  const direction = [s * COS, SIN, c * COS];
  let near = -Infinity;
  let far = Infinity;
  let face = 0;
  for (let axis = 0; axis < 3; axis++) {
    const o = origin[axis];
    const d = direction[axis];
    // The camera looks along −t: the surface seen is where t leaves the slabs.
    const enter = (-0.5 - o) / d;
    const leave = (0.5 - o) / d;
    near = Math.max(near, Math.min(enter, leave));
    const exit = Math.max(enter, leave);
    if (exit < far) {
      far = exit;
      face = axis;
    }
  }
  if (far < near) return false;
  hit.z = far;
  if (face === 1) setNormal(hit, 0, 1, 0);
  else if (face === 0) setNormal(hit, c, 0, s);
  else setNormal(hit, -s, 0, c);
  return true;
}

function cylinder(x: number, y: number, hit: Hit): boolean {
  const { radius, half } = CYLINDER;
  const rest = radius * radius - x * x;
  if (rest < 0) return false;
  // Top disc first: where the ray is at height `half`.
  const t = (half - y * COS) / SIN;
  const depthAtTop = -y * SIN + t * COS;
  if (x * x + depthAtTop * depthAtTop <= radius * radius) {
    hit.z = t;
    setNormal(hit, 0, 1, 0);
    return true;
  }
  const depth = Math.sqrt(rest);
  const side = (depth + y * SIN) / COS;
  const up = y * COS + side * SIN;
  if (up > half || up < -half) return false;
  hit.z = side;
  setNormal(hit, x / radius, 0, depth / radius);
  return true;
}

function cone(x: number, y: number, hit: Hit): boolean {
  const { radius, half } = CONE;
  const slope = radius / (2 * half);
  // |(x, depth)| = slope · (half − up), a quadratic in t.
  const up0 = half - y * COS;
  const depth0 = -y * SIN;
  const k = slope * slope;
  const a = COS * COS - k * SIN * SIN;
  const b = depth0 * COS + k * up0 * SIN;
  const q = x * x + depth0 * depth0 - k * up0 * up0;
  const discriminant = b * b - a * q;
  if (discriminant < 0) return false;
  const t = (-b + Math.sqrt(discriminant)) / a;
  const below = up0 - t * SIN;
  if (below < 0 || below > 2 * half) return false;
  const depth = depth0 + t * COS;
  const reach = slope * below;
  const length = Math.hypot(1, slope);
  hit.z = t;
  setNormal(hit, reach > 0 ? x / reach / length : 0, slope / length, reach > 0 ? depth / reach / length : 0);
  return true;
}
