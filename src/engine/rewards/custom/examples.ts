/** Terms to start from. */
export interface ExampleTerm {
  readonly name: string;
  readonly title: string;
  readonly code: string;
}

export const EXAMPLE_TERMS: readonly ExampleTerm[] = [
  {
    name: 'brevity',
    title: 'Brevity',
    code: `// 1 up to 20 tokens, then falling evenly to 0 at 100.
function score(sample, response) {
  const value = Math.min(1, Math.max(0, (100 - response.tokens) / 80));
  return { value, evidence: \`\${response.tokens} tokens\` };
}
`,
  },
  {
    name: 'every-colour',
    title: 'Mentions every colour',
    code: `// The share of the key words' colours that stand in the response as whole words.
const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple', 'orange', 'black', 'white', 'grey', 'pink', 'brown'];

function score(sample, response) {
  const words = sample.key_words.join(' ').toLowerCase().split(/\\W+/);
  const wanted = COLOURS.filter((colour) => words.includes(colour));
  if (wanted.length === 0) return { value: 1, evidence: 'no colour among the key words' };
  const found = wanted.flatMap((colour) => {
    const match = new RegExp(\`\\\\b\${colour}\\\\b\`, 'i').exec(response.text);
    return match ? [{ start: match.index, end: match.index + colour.length, label: colour }] : [];
  });
  return { value: found.length / wanted.length, evidence: found };
}
`,
  },
  {
    name: 'number-answer',
    title: 'Answer is a number',
    code: `// 1 when the final answer is one number and nothing else; right or wrong is not asked.
function score(sample, response) {
  const heading = '### The final answer is:';
  const at = response.text.indexOf(heading);
  if (at < 0) return { value: 0, evidence: 'no final answer' };
  const rest = response.text.slice(at + heading.length);
  const answer = rest.trim();
  if (!/^-?\\d+([.,/]\\d+)?$/.test(answer)) return { value: 0, evidence: \`“\${answer}” is not a number\` };
  const start = at + heading.length + rest.indexOf(answer);
  return { value: 1, evidence: [{ start, end: start + answer.length, label: 'a number' }] };
}
`,
  },
];
