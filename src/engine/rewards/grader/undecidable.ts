/** Thrown inside the symbolic stage: the text is no expression, or deciding it would cost too much. */
export class Undecidable extends Error {}
