/**
 * A row for one invocation (software adapters, short rows) or for a workgroup of 64: the WGSL that is written once
 * and joins what the lanes of a row found. Lanes join in one order, so the bits are the same from run to run.
 */
import { workgroupsFor, type Workgroups } from './kernel.ts';

/**
 * Invocations that share a row: 1 has no barriers, 64 is a workgroup a row, 'subgroups' the same where subgroups of
 * the workgroup join before they meet the others.
 */
export type Lanes = 1 | 64 | 'subgroups';

export interface RowLanes {
  readonly workgroup: readonly [x: number];
  readonly subgroups: boolean;
  /**
   * `LANES`. `totalOfLanes(lane, mine)`: the sum over all lanes, for three numbers at once. `sumOfLanes(lane, mine)`:
   * also the sum `before` this lane, in the order of the lanes: where one ends the next begins, to the bit.
   * `largestOfLanes(lane, key, at)`: the largest key and its `at`, of equals the first lane's. `keyOf(x)`: orders as
   * the numbers do, −0 and 0 alike; NaN has the largest key.
   */
  readonly declarations: string;
  /** Start of a body: `row`, `lane`, both u32. Rows from `u.rows` on return here, whole workgroups at a time. */
  readonly start: string;
  readonly workgroups: (rows: number) => Workgroups;
}

const KEYS = `
  const KEY_OF_INFINITY = 0xff800000u;
  const KEY_OF_MINUS_INFINITY = 0x007fffffu;
  fn keyOf(x : f32) -> u32 {
    let bits = bitcast<u32>(x);
    let size = bits & 0x7fffffffu;
    if (size > 0x7f800000u) { return 0xffffffffu; }
    if (size == 0u) { return 0x80000000u; }
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
  }
  struct LaneSums { before : vec3<f32>, all : vec3<f32> }`;

const ALONE = `
  fn totalOfLanes(lane : u32, mine : vec3<f32>) -> vec3<f32> { return mine; }
  fn sumOfLanes(lane : u32, mine : vec3<f32>) -> LaneSums { return LaneSums(vec3<f32>(0.0), mine); }
  fn largestOfLanes(lane : u32, key : u32, at : u32) -> vec2<u32> { return vec2<u32>(key, at); }`;

const TOGETHER = `
  var<workgroup> laneSums : array<vec3<f32>, 64>;
  var<workgroup> laneKeys : array<vec2<u32>, 64>;
  fn sumOfLanes(lane : u32, mine : vec3<f32>) -> LaneSums {
    workgroupBarrier();
    laneSums[lane] = mine;
    workgroupBarrier();
    var sums = LaneSums();
    for (var i = 0u; i < 64u; i++) {
      if (i == lane) { sums.before = sums.all; }
      sums.all += laneSums[i];
    }
    return sums;
  }
  fn largestOfLanes(lane : u32, key : u32, at : u32) -> vec2<u32> {
    workgroupBarrier();
    laneKeys[lane] = vec2<u32>(key, at);
    workgroupBarrier();
    var largest = laneKeys[0];
    for (var i = 1u; i < 64u; i++) {
      if (laneKeys[i].x > largest.x) { largest = laneKeys[i]; }
    }
    return largest;
  }`;

const TOTAL = `
  fn totalOfLanes(lane : u32, mine : vec3<f32>) -> vec3<f32> { return sumOfLanes(lane, mine).all; }`;

/** A subgroup is lanes that follow each other, as many as `laneStep`. */
const TOTAL_BY_SUBGROUPS = `
  var<private> laneStep : u32;
  fn totalOfLanes(lane : u32, mine : vec3<f32>) -> vec3<f32> {
    let part = subgroupAdd(mine);
    workgroupBarrier();
    laneSums[lane] = part;
    workgroupBarrier();
    var total = vec3<f32>(0.0);
    for (var i = 0u; i < 64u; i += laneStep) { total += laneSums[i]; }
    return total;
  }`;

/** How a kernel with `u.rows` spreads its rows over lanes. */
export function rowLanes(lanes: Lanes): RowLanes {
  const alone = lanes === 1;
  const subgroups = lanes === 'subgroups';
  const joined = alone ? ALONE : TOGETHER + (subgroups ? TOTAL_BY_SUBGROUPS : TOTAL);
  return {
    workgroup: [64],
    subgroups,
    declarations: `const LANES = ${alone ? 1 : 64}u;${KEYS}${joined}`,
    start: `${subgroups ? 'laneStep = subgroupSize;' : ''}
    let row = ${alone ? 'index' : 'group.x + group.y * groups.x'};
    let lane = ${alone ? '0u' : 'local'};
    if (row >= u.rows) { return; }`,
    workgroups: (rows) => workgroupsFor(rows, alone ? 64 : 1),
  };
}
