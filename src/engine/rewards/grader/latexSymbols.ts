/** LaTeX control words for one character, as Unicode names them. */
const SYMBOLS: Readonly<Record<string, string>> = Object.fromEntries(
  `alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
  lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ
  varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ
  Omega Ω cdot · times × div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet ∙ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙
  cup ∪ cap ∩ setminus ∖ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ in ∈ notin ∉ ni ∋ emptyset ∅ varnothing ∅
  le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ neq ≠ ll ≪ gg ≫ approx ≈ equiv ≡ cong ≅ sim ∼ simeq ≃
  propto ∝ perp ⊥ parallel ∥ mid | angle ∠ measuredangle ∡ triangleq ≜ vartriangle ▵ square □ diamond ♢
  infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ iint ∬ oint ∮ surd √ ell ℓ hbar ħ aleph ℵ wp ℘
  forall ∀ exists ∃ nexists ∄ lnot ¬ wedge ∧ vee ∨ top ⊤ therefore ∴ because ∵ to → rightarrow → leftarrow ←
  leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ longrightarrow ⟶ longleftarrow ⟵
  Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺ mapsto ↦ uparrow ↑ downarrow ↓ updownarrow ↕
  nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ prime ' vert | lvert | rvert |
  Vert ‖ lVert ‖ rVert ‖ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrace { rbrace } backslash \\
  textdegree ° textdollar $ texteuro € textsterling £ textyen ¥ textcent ¢ textpm ± texttimes × textdiv ÷
  textbackslash \\ textasciitilde ~ texttwosuperior ² textthreesuperior ³ textonehalf ½ textonequarter ¼
  textthreequarters ¾ dag † dagger † aa å AA Å ae æ AE Æ o ø O Ø oe œ OE Œ ss ß l ł L Ł i ı j ȷ dh ð th þ
  sin sin cos cos tan tan sinh sinh cosh cosh tanh tanh arcsin arcsin arccos arccos arctan arctan exp exp
  ln ln log log lim lim max max min min sup sup inf inf quad \u2001 qquad \u2001\u2001`
    .split(/[\n ]+/)
    .reduce<[string, string][]>((pairs, word, index, words) => {
      if (index % 2 === 0) pairs.push([word, words[index + 1]]);
      return pairs;
    }, []),
);

/** The character of a control word; null for one that has none. Quads are spaces. */
export function latexSymbol(name: string): string | null {
  return Object.hasOwn(SYMBOLS, name) ? SYMBOLS[name].replaceAll('\u2001', '  ') : null;
}

/** Combining marks of the accents. */
const ACCENTS: Readonly<Record<string, string>> = {
  acute: '\u0301', grave: '\u0300', hat: '\u0302', check: '\u030c', breve: '\u0306', tilde: '\u0303',
  bar: '\u0305', dot: '\u0307', ddot: '\u0308', vec: '\u20d7', not: '\u0338',
  "'": '\u0301', '`': '\u0300', '^': '\u0302', '"': '\u0308', '~': '\u0303', '=': '\u0304', '.': '\u0307',
  H: '\u030b', c: '\u0327', k: '\u0328', r: '\u030a', u: '\u0306', v: '\u030c', d: '\u0323', b: '\u0331',
}; // prettier-ignore

/** The combining mark that an accent macro puts on its argument; null for other names. */
export function latexAccent(name: string): string | null {
  return Object.hasOwn(ACCENTS, name) ? ACCENTS[name] : null;
}

/** First code points of A, a and 0 in Unicode's mathematical alphabets. */
const ALPHABETS: Readonly<Record<string, readonly [number, number, number | null]>> = {
  mathbf: [0x1d400, 0x1d41a, 0x1d7ce],
  mathit: [0x1d434, 0x1d44e, null],
  mathcal: [0x1d49c, 0x1d4b6, null],
  mathscr: [0x1d49c, 0x1d4b6, null],
  mathfrak: [0x1d504, 0x1d51e, null],
  mathbb: [0x1d538, 0x1d552, 0x1d7d8],
  mathsf: [0x1d5a0, 0x1d5ba, 0x1d7e2],
  mathtt: [0x1d670, 0x1d68a, 0x1d7f6],
};

/** Letters that Unicode had before the alphabets, under the code points they would have there. */
const EARLIER: Readonly<Record<number, string>> = {
  0x1d455: 'ℎ', 0x1d49d: 'ℬ', 0x1d4a0: 'ℰ', 0x1d4a1: 'ℱ', 0x1d4a3: 'ℋ', 0x1d4a4: 'ℐ', 0x1d4a7: 'ℒ', 0x1d4a8: 'ℳ',
  0x1d4ad: 'ℛ', 0x1d4ba: 'ℯ', 0x1d4bc: 'ℊ', 0x1d4c4: 'ℴ', 0x1d506: 'ℭ', 0x1d50b: 'ℌ', 0x1d50c: 'ℑ',
  0x1d515: 'ℜ', 0x1d51d: 'ℨ', 0x1d53a: 'ℂ', 0x1d53f: 'ℍ', 0x1d545: 'ℕ', 0x1d547: 'ℙ', 0x1d548: 'ℚ',
  0x1d549: 'ℝ', 0x1d551: 'ℤ',
}; // prettier-ignore

/** A text in the alphabet of a font macro (`mathbb`); null for other names. */
export function latexAlphabet(name: string, text: string): string | null {
  const alphabet = Object.hasOwn(ALPHABETS, name) ? ALPHABETS[name] : null;
  if (alphabet === null) return null;
  const [upper, lower, digit] = alphabet;
  return text.replace(/[A-Za-z0-9]/g, (character) => {
    const code = character.charCodeAt(0);
    const point =
      code >= 97
        ? lower + code - 97
        : code >= 65
          ? upper + code - 65
          : digit === null
            ? code
            : digit + code - 48;
    return EARLIER[point] ?? String.fromCodePoint(point);
  });
}
