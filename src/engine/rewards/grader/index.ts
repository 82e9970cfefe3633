/**
 * The grader: does a given answer equal the truth? The rules are those of the MathRuler grader, which the
 * published accuracy reward calls; see METHOD's "grader". Words: **given** the policy's answer, **truth** the
 * data set's, **rule** which rule decided, **list** comma-separated elements inside brackets.
 */
import { normalizeAnswer } from './answerNormalize.ts';
import { normalizeMath } from './mathNormalize.ts';
import { isFractionText, isIntegerText, withoutThousandsCommas } from './pythonNumber.ts';
import { symbolicallyEqual } from './symbolic.ts';
import { strip } from '../pythonText.ts';

/** What the grader says, and in words which rule decided. */
export interface Verdict {
  readonly correct: boolean;
  readonly rule: string;
}

/**
 * Grades an answer: equal after the MATH-style normalisation, or after the second one, or element by element
 * as expressions. Never throws; the work is bounded whatever the input. MathRuler `grade_answer`.
 */
export function gradeAnswer(given: string, truth: string): Verdict {
  const given1 = normalizeMath(given);
  if (given1 === normalizeMath(truth)) return yes(`equal after the MATH normalisation: "${brief(given1)}"`);
  const given2 = normalizeAnswer(given);
  const truth2 = normalizeAnswer(truth);
  if (given2 === truth2) return yes(`equal after the second normalisation: "${brief(given2)}"`);
  if (given2 === '') return no('the answer is empty');
  const truthList = splitList(truth2);
  const givenList = splitList(given2);
  if (truthList.length > 1 && (truth2[0] !== given2[0] || truth2.at(-1) !== given2.at(-1))) {
    return no('the brackets of the lists differ');
  }
  if (truthList.length !== givenList.length) {
    return no(`a list of ${givenList.length} against a list of ${truthList.length}`);
  }
  return gradeElements(givenList, truthList);
}

function gradeElements(given: readonly string[], truth: readonly string[]): Verdict {
  let last = no('nothing to compare');
  for (const [index, element] of truth.entries()) {
    last = gradeElement(given[index], element);
    if (!last.correct) return truth.length > 1 ? no(`element ${index + 1}: ${last.rule}`) : last;
  }
  return truth.length > 1 ? yes(`every element of the list is equal`) : last;
}

function gradeElement(given: string, truth: string): Verdict {
  if (isFractionText(given) && isFractionText(truth)) {
    return given === truth ? yes('the same fraction') : no('two plain fractions must match literally');
  }
  const isInteger = isIntegerText(truth);
  if (isIntegerText(given) !== isInteger) return no('exactly one of the two is an integer');
  if (isInteger && given === truth) return yes('the same integer');
  const { equal, rule } = symbolicallyEqual(truth, given);
  return { correct: equal, rule };
}

const BRACKETS = /[()[\]]/;

/**
 * The elements of a bracketed list without brackets inside; the text itself otherwise; none of an empty text.
 */
function splitList(text: string): string[] {
  const plain = withoutThousandsCommas(text);
  if (plain === '') return [];
  const inner = plain.slice(1, -1);
  const bracketed = plain.length > 2 && BRACKETS.test(plain[0]) && BRACKETS.test(plain.at(-1)!);
  return bracketed && !BRACKETS.test(inner) ? inner.split(',').map((element) => strip(element)) : [plain];
}

function yes(rule: string): Verdict {
  return { correct: true, rule };
}

function no(rule: string): Verdict {
  return { correct: false, rule };
}

function brief(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
