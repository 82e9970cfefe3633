/** The WGSL of the sampler. A lane has a stretch of the row, so that lanes follow each other as the tokens do. */

export const SAMPLER_CODE = `
  /** Murmur's finaliser, as in random.ts. */
  fn mix(state : u32, value : u32) -> u32 {
    var h = state ^ (value * 0x9e3779b1u);
    h = (h ^ (h >> 16u)) * 0x85ebca6bu;
    h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
    return h ^ (h >> 16u);
  }
  /** The uniform at (seed, step, group, rollout, position) times a total; all 32 bits of it count. */
  fn uniformOf(total : f32, group : u32, rollout : u32, position : u32) -> f32 {
    let h = mix(mix(mix(mix(mix(mix(0x2545f491u, u.seed), u.step), group), rollout), position), 5u);
    let high = f32(h >> 8u) / 16777216.0;
    let low = (f32(h & 255u) + 0.5) / 4294967296.0;
    return fma(high, total, low * total);
  }

  /** A row, logits[first + i] for i below count, and a lane's part of it, i in [begin, end). */
  struct Stretch { first : u32, count : u32, begin : u32, end : u32, largest : f32 }

  /** Which tokens stay: keys from \`lowest\` on, and of those that equal \`edge\` the first \`equals\`. */
  struct Kept { lowest : u32, edge : u32, equals : u32 }

  /** e^x for x ≤ 0 within two units in the last place, the same on every device; 0 below e^-87. */
  fn exponential(x : f32) -> f32 {
    let whole = max(round(x * 1.44269504), -125.0);
    let r = fma(whole, -1.42860677e-6, fma(whole, -0.693145752, x));
    var p = fma(r, 1.98412698e-4, 1.38888889e-3);
    p = fma(r, p, 8.33333333e-3);
    p = fma(r, p, 4.16666667e-2);
    p = fma(r, p, 0.166666667);
    p = fma(r, p, 0.5);
    p = fma(r * r, p, r) + 1.0;
    let scaled = bitcast<f32>(bitcast<u32>(p) + (bitcast<u32>(i32(whole)) << 23u));
    return select(scaled, 0.0, x < -87.0);
  }

  /** exp((logit − largest) / temperature). */
  fn weightOf(s : Stretch, i : u32) -> f32 {
    return exponential(max((logits[s.first + i] - s.largest) * u.inverseTemperature, -88.0));
  }

  /**
   * The largest key below which at most \`removable\` lies, of weights or, counting, of tokens, keys under \`lowest\`
   * apart. Found two bits at a time; here the lanes go side by side, as memory likes it.
   */
  fn edgeKey(lane : u32, s : Stretch, lowest : u32, counting : bool, removable : f32) -> u32 {
    var found = 0u;
    for (var shift = 32u; shift > 0u; ) {
      shift -= 2u;
      let candidates = vec3<u32>(found) + (vec3<u32>(1u, 2u, 3u) << vec3<u32>(shift));
      var mine = vec3<f32>(0.0);
      for (var block = lane; block < s.count; block += 32u * LANES) {
        var part = vec3<f32>(0.0);
        for (var i = block; i < min(block + 32u * LANES, s.count); i += LANES) {
          let key = keyOf(logits[s.first + i]);
          if (key < lowest || key >= candidates.z) { continue; }
          let amount = select(weightOf(s, i), 1.0, counting);
          part += select(vec3<f32>(0.0), vec3<f32>(amount), vec3<u32>(key) < candidates);
        }
        mine += part;
      }
      let below = totalOfLanes(lane, mine) <= vec3<f32>(removable);
      found += (u32(below.x) + u32(below.y) + u32(below.z)) << shift;
    }
    return found;
  }

  /** Weight of a kept token; \`equals\` counts down those at the edge that may still stay. */
  fn keptWeight(s : Stretch, kept : Kept, i : u32, equals : ptr<function, u32>) -> f32 {
    let key = keyOf(logits[s.first + i]);
    if (key < kept.lowest || key < kept.edge) { return 0.0; }
    if (key == kept.edge) {
      if (*equals == 0u) { return 0.0; }
      *equals -= 1u;
    }
    return weightOf(s, i);
  }

  fn keptSum(s : Stretch, kept : Kept) -> f32 {
    var equals = kept.equals;
    var sum = 0.0;
    for (var block = s.begin; block < s.end; block += 32u) {
      var part = 0.0;
      for (var i = block; i < min(block + 32u, s.end); i++) { part += keptWeight(s, kept, i, &equals); }
      sum += part;
    }
    return sum;
  }

  /** The first token at which before + the kept weights so far exceed the target; the last kept one otherwise. */
  fn tokenAt(s : Stretch, kept : Kept, before : f32, aim : f32) -> u32 {
    var equals = kept.equals;
    var sum = 0.0;
    var last = s.begin;
    for (var block = s.begin; block < s.end; block += 32u) {
      var part = 0.0;
      for (var i = block; i < min(block + 32u, s.end); i++) {
        let weight = keptWeight(s, kept, i, &equals);
        if (weight == 0.0) { continue; }
        part += weight;
        last = i;
        if (before + (sum + part) > aim) { return i; }
      }
      sum += part;
    }
    return last;
  }

  /** The smallest set of largest weights among keys from \`lowest\` on whose share reaches p, a lane's part of it. */
  fn nucleus(lane : u32, s : Stretch, lowest : u32, largestKey : u32) -> Kept {
    let everything = totalOfLanes(lane, vec3<f32>(keptSum(s, Kept(lowest, 0u, 0u)), 0.0, 0.0)).x;
    let removable = u.removable * everything;
    let edge = min(edgeKey(lane, s, lowest, false, removable), largestKey);
    var mass = 0.0;
    var equals = 0.0;
    var weight = 0.0;
    for (var block = s.begin; block < s.end; block += 32u) {
      var part = 0.0;
      for (var i = block; i < min(block + 32u, s.end); i++) {
        let key = keyOf(logits[s.first + i]);
        if (key < lowest || key > edge) { continue; }
        if (key < edge) {
          part += weightOf(s, i);
        } else {
          equals += 1.0;
          weight = weightOf(s, i);
        }
      }
      mass += part;
    }
    let sums = sumOfLanes(lane, vec3<f32>(mass, equals, weight * equals));
    let gone = floor(max(removable - sums.all.x, 0.0) * sums.all.y / max(sums.all.z, 1e-38));
    let stay = sums.all.y - min(gone, sums.all.y - 1.0);
    return Kept(lowest, edge, u32(clamp(stay - sums.before.y, 0.0, equals)));
  }`;

/** Every lane takes every step: a row that is done counts no tokens. */
export const SAMPLER_BODY = `
    let position = state[0];
    let place = row * u.capacity + position;
    let running = done[row] == 0u;
    let count = select(0u, u.vocabulary, running);
    let length = (count + LANES - 1u) / LANES;
    let begin = min(lane * length, count);
    let end = min(begin + length, count);
    var s = Stretch(row * u.stride, count, begin, end, 0.0);
    var largest = vec2<u32>(0u);
    for (var i = begin; i < end; i++) {
      let key = keyOf(logits[s.first + i]);
      if (key > largest.x) { largest = vec2<u32>(key, i); }
    }
    largest = largestOfLanes(lane, largest.x, largest.y);
    s.largest = logits[s.first + largest.y];
    let all = Kept(KEY_OF_MINUS_INFINITY + 1u, 0u, 0u);
    let total = totalOfLanes(lane, vec3<f32>(keptSum(s, all), 0.0, 0.0)).x;

    var kept = all;
    if (u.topK > 0u) {
      kept.lowest = max(kept.lowest, edgeKey(lane, s, 0u, true, f32(u.vocabulary - u.topK)));
    }
    if (u.topP == 1u) { kept = nucleus(lane, s, kept.lowest, largest.x); }
    let mine = keptSum(s, kept);
    let sums = sumOfLanes(lane, vec3<f32>(mine, 0.0, 0.0));
    let aim = uniformOf(sums.all.x, addresses[2u * row], addresses[2u * row + 1u], position);
    let before = sums.before.x;
    // The lanes' ranges follow each other without a gap. Rounding may leave the aim at the very end.
    let ends = before + mine == sums.all.x && mine > 0.0 && before < sums.all.x;
    let holds = before <= aim && (aim < before + mine || ends);

    if (!running) {
      if (lane == 0u) {
        current[row] = u.pad;
        tokens[place] = u.pad;
        logProbs[place] = 0.0;
      }
    } else if (largest.x >= KEY_OF_INFINITY || largest.x <= KEY_OF_MINUS_INFINITY) {
      if (lane == 0u) {
        done[row] = 2u;
        current[row] = u.pad;
        tokens[place] = u.pad;
        logProbs[place] = 0.0;
      }
    } else if (select(holds, lane == 0u, u.greedy == 1u)) {
      var token = largest.y;
      if (u.greedy == 0u) { token = tokenAt(s, kept, before, aim); }
      current[row] = i32(token);
      tokens[place] = i32(token);
      logProbs[place] = (logits[s.first + token] - s.largest) * u.inverseTemperature - log(total);
      if (i32(token) == u.eos) { done[row] = 1u; }
    }`;
