import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Prose } from './Prose.tsx';

const html = (text: string) => renderToStaticMarkup(<Prose text={text} />);

test('code and emphasis are markup, in the order of the text', () => {
  expect(html('press *Step*, then `p^G + (1 − p)^G` *twice*')).toBe(
    'press <em>Step</em>, then <code>p^G + (1 − p)^G</code> <em>twice</em>',
  );
});

test('everything else stays text', () => {
  expect(html('<img src=x onerror=alert(1)> 2 * 3 * 4 `open')).toBe(
    '&lt;img src=x onerror=alert(1)&gt; 2 * 3 * 4 `open',
  );
  expect(html('`<b>`')).toBe('<code>&lt;b&gt;</code>');
});
