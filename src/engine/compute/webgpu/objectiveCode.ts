/** The WGSL of the policy objective. Names and branches are those of rl/objectiveTensorTerms.ts. */

/** What a token's loss is: `u.term`. The clipped losses differ in their numbers alone. */
export const POLICY_TERMS = { clipped: 0, cispo: 1, vespo: 2, sapo: 3, crossEntropy: 4 } as const;
/** `u.klEstimator`. */
export const KL_ESTIMATORS = { k1: 1, k2: 2, k3: 3 } as const;

/** Value and derivatives of a token's loss, as `TensorTerm`; a ratio and its derivative in the log-ratio. */
export const OBJECTIVE_TERMS_CODE = `
  struct Term { value : f32, direct : f32, throughRatio : f32 }
  struct Ratio { value : f32, slope : f32 }

  fn ratioOf(logRatio : f32) -> Ratio {
    let value = exp(clamp(logRatio, -u.logRatioBound, u.logRatioBound));
    return Ratio(value, select(0.0, value, abs(logRatio) <= u.logRatioBound));
  }

  fn clippedTerm(ratio : Ratio, advantage : f32) -> Term {
    let clipped = clamp(ratio.value, u.clipLow, u.clipHigh);
    let unclippedLoss = -advantage * min(ratio.value, u.ratioCap);
    let clippedLoss = -advantage * clipped;
    let takesUnclipped = unclippedLoss >= clippedLoss;
    var flows = select(clipped == ratio.value, ratio.value <= u.ratioCap, takesUnclipped);
    var value = select(clippedLoss, unclippedLoss, takesUnclipped);
    let limit = -advantage * u.dualClip;
    if (advantage < 0.0 && value > limit) {
      value = limit;
      flows = false;
    }
    return Term(value, 0.0, select(0.0, -advantage * ratio.slope, flows));
  }

  fn weightedLogProb(logProb : f32, weight : f32, advantage : f32) -> Term {
    let direct = -advantage * weight;
    return Term(direct * logProb, direct, 0.0);
  }

  fn vespoWeight(rowLogRatio : f32, advantage : f32) -> f32 {
    let positive = advantage > 0.0;
    let logRatio = clamp(rowLogRatio, -u.vespoBound, u.vespoBound);
    let k = select(u.kNegative, u.kPositive, positive);
    let lambda = select(u.lambdaNegative, u.lambdaPositive, positive);
    return exp(max(k * logRatio + lambda * (1.0 - exp(logRatio)), -100.0));
  }

  fn sapoTerm(ratio : Ratio, advantage : f32) -> Term {
    let temperature = select(u.temperatureNegative, u.temperaturePositive, advantage > 0.0);
    // 1 − gate by itself: the difference would lose its digits for large ratios.
    let e = exp(clamp(-temperature * (ratio.value - 1.0), -80.0, 80.0));
    let gate = 1.0 / (1.0 + e);
    let scaled = -4.0 * advantage * gate;
    return Term(scaled / temperature, 0.0, scaled * (e * gate) * ratio.slope);
  }

  fn policyTerm(logProb : f32, ratio : Ratio, rowLogRatio : f32, advantage : f32) -> Term {
    switch (u.term) {
      case ${POLICY_TERMS.clipped}u: { return clippedTerm(ratio, advantage); }
      case ${POLICY_TERMS.cispo}u: {
        return weightedLogProb(logProb, clamp(ratio.value, u.clipLow, u.clipHigh), advantage);
      }
      case ${POLICY_TERMS.vespo}u: {
        return weightedLogProb(logProb, vespoWeight(rowLogRatio, advantage), advantage);
      }
      case ${POLICY_TERMS.sapo}u: { return sapoTerm(ratio, advantage); }
      default: { return Term(-logProb, -1.0, 0.0); }
    }
  }

  /** e^d − 1 − d; for small d by its series, whose digits the difference would lose. */
  fn k3Of(d : f32) -> f32 {
    if (abs(d) > 0.5) { return exp(d) - 1.0 - d; }
    let series = 1.0 + d / 8.0 * (1.0 + d / 9.0);
    return d * d / 2.0 *
      (1.0 + d / 3.0 * (1.0 + d / 4.0 * (1.0 + d / 5.0 * (1.0 + d / 6.0 * (1.0 + d / 7.0 * series)))));
  }

  /** Estimate and its derivative in the log-prob, from d = reference − current. */
  fn klEstimate(d : f32) -> vec2<f32> {
    switch (u.klEstimator) {
      case ${KL_ESTIMATORS.k1}u: { return vec2<f32>(-d, 1.0); }
      case ${KL_ESTIMATORS.k2}u: { return vec2<f32>(d * d / 2.0, -d); }
      default: {
        let k3 = k3Of(d);
        return vec2<f32>(k3, -(k3 + d));
      }
    }
  }

  fn klTerm(logProb : f32, referenceLogProb : f32, ratio : Ratio) -> Term {
    let difference = referenceLogProb - logProb;
    let estimate = klEstimate(clamp(difference, -u.klDifferenceBound, u.klDifferenceBound));
    let value = clamp(estimate.x, -u.klCap, u.klCap);
    let flows = abs(difference) <= u.klDifferenceBound && abs(estimate.x) <= u.klCap;
    let direct = select(0.0, estimate.y, flows);
    if (u.biasCorrectedKl == 0u) { return Term(value, direct, 0.0); }
    return Term(value * ratio.value, direct * ratio.value, value * ratio.slope);
  }`;

/** A row: its tokens and log-ratio, then its terms, then what a sequence's ratio hands back to all its tokens. */
export const OBJECTIVE_BODY = `
  if (index >= u.rows) { return; }
  let first = index * u.width;
  let advantage = advantages[index];
  var tokens = 0.0;
  var rowLogRatio = 0.0;
  for (var t = first; t < first + u.width; t++) {
    if (mask[t] == 0.0) { continue; }
    tokens += 1.0;
    if (u.hasOld == 1u) { rowLogRatio += logProbs[u.logProbs + t] - oldLogProbs[u.oldLogProbs + t]; }
  }
  tokens = max(tokens, 1.0);
  let weight = select(u.weight, u.weight / tokens, u.byRow == 1u);
  var policySum = 0.0;
  var klSum = 0.0;
  var throughRatio = 0.0;
  for (var t = first; t < first + u.width; t++) {
    if (mask[t] == 0.0) {
      coefficients[t] = 0.0;
      continue;
    }
    let logProb = logProbs[u.logProbs + t];
    var logRatio = rowLogRatio / tokens;
    if (u.bySequence == 0u) {
      logRatio = 0.0;
      if (u.hasOld == 1u) { logRatio = logProb - oldLogProbs[u.oldLogProbs + t]; }
    }
    let ratio = ratioOf(logRatio);
    var term = policyTerm(logProb, ratio, rowLogRatio, advantage);
    policySum += term.value;
    if (u.hasKl == 1u) {
      let kl = klTerm(logProb, referenceLogProbs[u.referenceLogProbs + t], ratio);
      klSum += kl.value;
      term.direct += u.klCoefficient * kl.direct;
      term.throughRatio += u.klCoefficient * kl.throughRatio;
    }
    throughRatio += term.throughRatio;
    coefficients[t] = weight * (term.direct + select(term.throughRatio, 0.0, u.bySequence == 1u));
  }
  sums[2u * index] = weight * policySum;
  sums[2u * index + 1u] = weight * klSum;
  if (u.bySequence == 0u) { return; }
  for (var t = first; t < first + u.width; t++) {
    if (mask[t] != 0.0) { coefficients[t] += weight * throughRatio / tokens; }
  }`;
